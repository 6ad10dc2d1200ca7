"""Step 4: the questions of its lesson."""

from collections.abc import Mapping

from helpers.grading.questions.question import Question, prediction

__all__ = ["QUESTIONS"]

QUESTIONS: Mapping[str, Question] = {
    "whose-tweet": prediction(
        "In the framework's API the client sends user_id with a tweet. Mallory sends Bob's user_id. Whose "
        "tweet is it?",
        ["Mallory's", "Bob's", "nobody's, it is refused"],
        "The next cell tries it.",
    ),
    "lost-answer": Question(
        "A phone posts a tweet, and the answer is lost on the way back. What should the phone do?",
        {
            "nothing": "If the request was lost, and not the answer, the tweet is gone.",
            "send it again": "Then there are two, if the first one got through. The server cannot tell.",
            "send it again with the same key": "One key a tweet, made by the client: the server sees that it "
            "knows it, and gives the first answer again.",
        },
        right="send it again with the same key",
    ),
    "offset-repeats": prediction(
        "A page holds 20 tweets. While you read page 1, five new tweets arrive. What does page 2 show, "
        "if it starts at offset 20?",
        ["the 20 older tweets", "five of page 1 again, then 15 older ones", "five tweets are left out"],
        "The explorer below plays it.",
    ),
    "whose-cursor": Question(
        "A page token holds the place where the page ended. Why does the server sign it?",
        {
            "so that nobody can read it": "Signed is not encrypted: who decodes it reads their own place.",
            "so that nobody can change it": "A changed token is refused, so the server may believe what it "
            "holds.",
            "so that it never expires": "It holds the end of its life too, and that is signed with the rest.",
        },
        right="so that nobody can change it",
    ),
    "missing-index": prediction(
        "follows has the key (follower_id, followee_id). For which question must all of it be read?",
        ["whom Ann follows", "who follows Ann", "whether Ann follows Bob"],
        "The next cells ask the database.",
    ),
    "which-order": Question(
        "Why is a key that starts with the time, as a Snowflake id or a UUIDv7, easier on an index than a "
        "random one?",
        {
            "it is shorter": "A Snowflake id is, with 8 bytes. A UUID has 16, random or by time, and by time "
            "it is easier all the same.",
            "new rows go to its end": "The pages there are in memory already. A random key writes to any "
            "page, and PostgreSQL leaves these a third empty (SQLite evens out neighbours).",
            "it cannot repeat": "Neither does, for all practical purposes.",
        },
        right="new rows go to its end",
    ),
    "merge-touches": prediction(
        "You follow 500 people, and each has written 800 tweets or more. How many tweets must you look at "
        "to find the newest 20?",
        ["20", "about 520", "10,000", "400,000"],
        "The next cell counts.",
    ),
    "slow-post": Question(
        'The framework says of push: "slow writes". Bob has a million followers and posts. When is the '
        "answer to his POST sent?",
        {
            "after the last delivery": "Only if the author waits for them, and nothing asks for that.",
            "when the tweet is stored and queued": "Milliseconds later. The deliveries go on for seconds "
            "after that: delivery is slow, not the write.",
            "before the tweet is stored": "Then a crash loses a tweet that the author was told is posted, "
            "unless the queue itself is durable.",
        },
        right="when the tweet is stored and queued",
    ),
    "who-fills-the-lists": prediction(
        "Every tweet is pushed. Which share of all deliveries is caused by the 1 % of accounts with the most "
        "followers?",
        ["about 1 %", "about 10 %", "half or more"],
        "The next cell counts.",
    ),
    "deleted-tweet": Question(
        "Ann deletes a tweet that was pushed to 1,000 timelines. What is the cheapest way that is right?",
        {
            "take it out of each list at once": "It works, but it is the fan-out once more, for a tweet that "
            "nobody may look at again.",
            "leave it in the lists, and drop it when it is read": "A list holds ids. The reader fetches the "
            "tweets by id and finds that it is gone, so a page asks for a few more.",
            "leave it until the lists are full": "Then her followers go on reading what she deleted.",
        },
        right="leave it in the lists, and drop it when it is read",
    ),
    "why-not-pull": Question(
        '"Why not pull for everyone? Then nothing is delivered at all." What do you answer?',
        {
            "pull cannot merge 500 lists": "It can, in well under a second.",
            "people read more often than each one they follow writes": "A delivery is paid for once a tweet; "
            "a look-up is paid for at each read and for each followee, whether or not there is news.",
            "push is always cheaper": "Not where the followers read more seldom than the author writes.",
        },
        right="people read more often than each one they follow writes",
    ),
    "photo-app": Question(
        "A photo app: 20 M users, each posts 0.2 a day, 100 followers a post, 50 reads a post, peak 3. "
        "Followers shall see a photo within 30 s. What do you recommend?",
        {
            "pull": "At 50 reads a post it takes over 20 times the work.",
            "push everyone": "The largest account's delivery takes 12 of the 30 s, so no celebrity must be "
            "pulled, and at the published prices nothing takes less work.",
            "a hybrid from 1.4 M followers on": "That is the threshold of 5 s. Here 30 s are allowed, and "
            "every celebrity that is pulled costs a look-up at each read.",
        },
        right="push everyone",
    ),
    "turns-the-photo-app": Question(
        "Which number of the photo app would have to change, and how far, until pull takes less work?",
        {
            "the followers, to 1,000 a post": "Followers multiply both sides: who is delivered to ten times "
            "as often is also looked up ten times as often.",
            "the reads, to under one a post": "About 0.8: below that the deliveries cost more than the "
            "look-ups they spare.",
            "the users, to 200 M": "All rates grow alike, and the ratio stays.",
        },
        right="the reads, to under one a post",
    ),
    "add-workers": Question(
        '"A celebrity\'s tweet takes 108 s? Add workers." What do you answer?',
        {
            "a fan-out cannot be split": "It can: cut the list of followers into pieces, one message each.",
            "ten workers take 11 s, and the store takes ten times the inserts": "31 M followers at 2.9 M "
            "inserts a second. It helps if the store has that room, and the others' inserts wait meanwhile.",
            "then nothing is left to pull": "Within 5 s that is 22 workers and 6 M inserts a second, for one "
            "tweet.",
        },
        right="ten workers take 11 s, and the store takes ten times the inserts",
    ),
}
