"""Step 1, three prompts: Twitter, a chat and payments, each with the answers an interviewer would give."""

from helpers.models.requirements import (
    CORE,
    EVENTUAL,
    OUT,
    SECONDARY,
    STRONG,
    ConsistencyTarget,
    Contract,
    Feature,
    LatencyTarget,
    Prompt,
    Question,
)

__all__ = ["CHAT", "PAYMENTS", "PROMPTS", "TWITTER", "TWITTER_CONTRACT"]

_FRAMEWORK = "the framework"
_TWITTER_2013 = "Twitter, 2013"
_CHAT_SOURCE = "karanpratapsingh/system-design"
_ACCOUNTS = "Every product with accounts has it, and it works the same in all of them."
_NOBODY_HARMED = "Nobody is harmed by a tweet that shows up five seconds late."
_MONEY = "A payment may be delayed, but it must be accurate."

TWITTER_CONTRACT = Contract(
    "Design Twitter",
    features=("Post tweets", "Follow others", "View a home timeline"),
    out_of_scope=("Search tweets", "Upload photos and videos", "Send direct messages", "Like and repost"),
    daily_users=10e6,
    growth_per_year=1.5,
    regions=3,
    latency=(LatencyTarget("View a home timeline", 5, 50), LatencyTarget("View a home timeline", 100, 99)),
    availability=0.999,
    durability=1 - 1e-9,
    consistency=(
        ConsistencyTarget("View a home timeline", EVENTUAL, 5),
        ConsistencyTarget("Follow others", EVENTUAL, 5),
    ),
    asked=("users", "growth", "regions", "latency", "late", "down", "lost", "famous"),
)
"""The framework's Twitter: its three features, its 10 M daily users and its 5 seconds.

Latency: Twitter's timeline service in 2013 (5 ms median, 100 ms at p99). The rest is our scenario.
"""

TWITTER = Prompt(
    "Twitter",
    "Design Twitter",
    features=(
        Feature(
            "Post tweets",
            CORE,
            "Without tweets there is nothing to read.",
            also=("tweet", "write tweets", "publish tweets"),
        ),
        Feature("Edit profile", OUT, _ACCOUNTS, also=("profile editing",)),
        Feature(
            "Follow others",
            CORE,
            "Whom you follow decides what your timeline holds.",
            also=("follow people", "following"),
        ),
        Feature("Search tweets", SECONDARY, "A search index is a system of its own.", also=("search",)),
        Feature("Upload photos and videos", SECONDARY, "Media goes to an object store and a CDN, beside it."),
        Feature(
            "View a home timeline",
            CORE,
            "It is what people open the app for.",
            also=("timeline", "feed", "home feed", "news feed"),
            needs=EVENTUAL,
            because=_NOBODY_HARMED,
        ),
        Feature("Reset password", OUT, _ACCOUNTS, also=("forgotten password", "password reset")),
        Feature(
            "Like and repost",
            SECONDARY,
            "A like is one more small write, and a repost travels like a tweet.",
            also=("like", "repost", "retweet"),
        ),
        Feature("Get notifications", SECONDARY, "They hang on the same queue, once the timeline stands."),
        Feature(
            "Send direct messages",
            OUT,
            "A chat is an interview of its own.",
            also=("direct messages", "private messages"),
        ),
    ),
    questions=(
        Question(
            "users", "How many people use it every day?", "10 million.", ("daily_users",), source=_FRAMEWORK
        ),
        Question("growth", "How fast does it grow?", "By half every year.", ("growth_per_year",)),
        Question("regions", "Where in the world are they?", "In three regions.", ("regions",)),
        Question(
            "latency",
            "How fast must the timeline load, and for how many requests?",
            "Half of them within 5 ms at the service, 99 in 100 within 100 ms.",
            ("latency",),
            source=f"{_TWITTER_2013}, as measured",
        ),
        Question(
            "late",
            "Is it okay if I see a tweet 5 seconds after it is posted?",
            "Yes. A new follow may take 5 seconds too.",
            ("consistency",),
            source=f"{_FRAMEWORK}; the follow is our scenario",
        ),
        Question(
            "down",
            "How long may it be down?",
            "About 44 minutes a month: 99.9 % of the time it is up.",
            ("availability",),
        ),
        Question(
            "lost",
            "May a posted tweet ever be lost?",
            "At most one in a billion a year.",
            ("durability",),
        ),
        Question(
            "famous",
            "Do some accounts have millions of followers?",
            "Yes. The largest has 31 million.",
            source=_TWITTER_2013,
        ),
        Question(
            "database",
            "Which database should I use?",
            "You tell me, in step 3, and why.",
            matters=False,
        ),
    ),
    model_contract=TWITTER_CONTRACT,
    must_keep="a posted tweet",
    attempt=("Post tweets", "Edit profile", "View a home timeline", "Reset password", "users"),
)
"""The framework's example: scope Twitter down to three features."""

CHAT = Prompt(
    "Chat",
    "Design a chat app like WhatsApp",
    features=(
        Feature(
            "Send one-to-one messages",
            CORE,
            "It is what the app is for.",
            also=("one to one chat", "private messages", "1 1 messages"),
        ),
        Feature("Set a profile picture", OUT, _ACCOUNTS, also=("edit profile",)),
        Feature(
            "Send group messages",
            CORE,
            "One message to many people is the hard part of delivery.",
            also=("group chat", "groups"),
        ),
        Feature("Make voice and video calls", OUT, "Live media is an interview of its own."),
        Feature(
            "Send photos and videos", SECONDARY, "Media goes to an object store; the message holds a link."
        ),
        Feature(
            "Receive what was sent while offline",
            CORE,
            "Phones are often offline, so messages must wait somewhere.",
            also=("offline messages", "offline delivery"),
        ),
        Feature("Change the phone number", OUT, "It is rare, and it works the same in every product."),
        Feature(
            "See who is online",
            SECONDARY,
            "Useful, but people can talk without it.",
            also=("online status", "presence", "last seen"),
            needs=EVENTUAL,
            because="Nobody is harmed by a green dot that is a few seconds late.",
        ),
        Feature("Search old messages", SECONDARY, "A search index is a system of its own.", also=("search",)),
    ),
    questions=(
        Question(
            "users", "How many people use it every day?", "50 million.", ("daily_users",), source=_CHAT_SOURCE
        ),
        Question("growth", "How fast does it grow?", "By a fifth every year.", ("growth_per_year",)),
        Question("regions", "Where in the world are they?", "In three regions.", ("regions",)),
        Question(
            "latency",
            "Is it real time, or is delay okay?",
            "Real time: 99 in 100 messages reach whoever is online within 500 ms.",
            ("latency",),
        ),
        Question(
            "order",
            "May two people in a chat or group see its messages in a different order for a moment?",
            "Yes, for 2 seconds; then both must see the same.",
            ("consistency",),
        ),
        Question(
            "down",
            "How long may it be down?",
            "Under 5 minutes a month: 99.99 % of the time it is up.",
            ("availability",),
        ),
        Question("lost", "May a message ever be lost?", "At most one in a billion a year.", ("durability",)),
        Question("group", "How large can a group be?", "200 members."),
        Question(
            "protocol",
            "Should I use WebSockets?",
            "You tell me, in step 4, and why.",
            matters=False,
        ),
    ),
    model_contract=Contract(
        "Design a chat app like WhatsApp",
        features=(
            "Send one-to-one messages",
            "Send group messages",
            "Receive what was sent while offline",
        ),
        out_of_scope=("Send photos and videos", "Make voice and video calls", "Search old messages"),
        daily_users=50e6,
        growth_per_year=1.2,
        regions=3,
        latency=(
            LatencyTarget("Send one-to-one messages", 500, 99),
            LatencyTarget("Send group messages", 500, 99),
        ),
        availability=0.9999,
        durability=1 - 1e-9,
        consistency=(
            ConsistencyTarget("Send one-to-one messages", EVENTUAL, 2),
            ConsistencyTarget("Send group messages", EVENTUAL, 2),
        ),
        asked=("users", "growth", "regions", "latency", "order", "down", "lost", "group"),
    ),
    must_keep="a message on its way",
    attempt=(
        "Send one-to-one messages",
        "Set a profile picture",
        "Send group messages",
        "Make voice and video calls",
        "users",
        "protocol",
    ),
)
"""A chat in real time. Daily users: karanpratapsingh/system-design; the other answers are our scenario."""

PAYMENTS = Prompt(
    "Payments",
    "Design a payment service",
    features=(
        Feature(
            "Pay a merchant",
            CORE,
            "It is what the service is for.",
            also=("pay", "payment", "payments", "checkout", "charge a card"),
            needs=STRONG,
            because=_MONEY,
        ),
        Feature("Reset password", OUT, _ACCOUNTS, also=("forgotten password", "password reset")),
        Feature(
            "Refund a payment",
            CORE,
            "Money must be able to go back, and only once.",
            also=("refund", "refunds"),
            needs=STRONG,
            because="A refund is a payment the other way: paid twice, it is lost.",
        ),
        Feature("Collect loyalty points", OUT, "It is another product, beside the money."),
        Feature(
            "See past payments",
            CORE,
            "People and merchants check what happened.",
            also=("payment history", "list payments", "statement", "history"),
        ),
        Feature(
            "Pay in instalments", SECONDARY, "It repeats a payment on a schedule.", also=("instalments",)
        ),
        Feature(
            "Convert currencies",
            SECONDARY,
            "Exchange rates are a system of their own, asked before the money moves.",
        ),
        Feature("Edit profile", OUT, _ACCOUNTS, also=("profile editing",)),
        Feature("Detect fraud", SECONDARY, "It is a system of its own, called before the money moves."),
    ),
    questions=(
        Question("users", "How many people pay with it every day?", "1 million.", ("daily_users",)),
        Question("growth", "How fast does it grow?", "By a fifth every year.", ("growth_per_year",)),
        Question("regions", "Where in the world are they?", "In two regions.", ("regions",)),
        Question(
            "latency",
            "How long may a payment take, and for how many of them?",
            "99 in 100 payments and refunds within 2 seconds, 99 in 100 pages of past ones within 500 ms.",
            ("latency",),
        ),
        Question(
            "accurate",
            "Is it okay if a payment is delayed but accurate?",
            "Yes: it must never be wrong. Only the list of past payments may be 10 seconds late.",
            ("consistency",),
            source=f"{_FRAMEWORK}; the list is our scenario",
        ),
        Question(
            "down",
            "How long may it be down?",
            "Under 5 minutes a month: 99.99 % of the time it is up.",
            ("availability",),
        ),
        Question(
            "lost",
            "May a confirmed payment ever be lost?",
            "At most one in a hundred billion a year.",
            ("durability",),
        ),
        Question(
            "twice",
            "May a client send the same payment again after a timeout?",
            "Yes, and it must not be charged twice.",
        ),
        Question(
            "language",
            "Which programming language should I use?",
            "It makes no difference to the design.",
            matters=False,
        ),
    ),
    model_contract=Contract(
        "Design a payment service",
        features=("Pay a merchant", "Refund a payment", "See past payments"),
        out_of_scope=("Pay in instalments", "Convert currencies", "Detect fraud", "Collect loyalty points"),
        daily_users=1e6,
        growth_per_year=1.2,
        regions=2,
        latency=(
            LatencyTarget("Pay a merchant", 2000, 99),
            LatencyTarget("Refund a payment", 2000, 99),
            LatencyTarget("See past payments", 500, 99),
        ),
        availability=0.9999,
        durability=1 - 1e-11,
        consistency=(
            ConsistencyTarget("Pay a merchant", STRONG),
            ConsistencyTarget("Refund a payment", STRONG),
            ConsistencyTarget("See past payments", EVENTUAL, 10),
        ),
        asked=("users", "growth", "regions", "latency", "accurate", "down", "lost", "twice"),
    ),
    must_keep="a confirmed payment",
    attempt=(
        "Pay a merchant",
        "Pay in instalments",
        "See past payments",
        "Edit profile",
        "users",
        "language",
    ),
)
"""Money: a payment may be delayed but must be accurate. The numbers are our scenario."""

PROMPTS = (TWITTER, CHAT, PAYMENTS)
"""The prompts of step 1."""
