// The clock of a mock interview. The rules of the account are those of helpers/models/interview_clock.py, and the
// protocol with the kernel is described in clock.py. The record of an attempt is in the browser's storage, and every
// page that shows the attempt reads it, changes it and writes it back at once, so that two pages never count twice.

const PHASES = 5;
const LONGEST_GAP_S = 120;
const TICK_MS = 500;
const REPORT_S = 5;
const SOON_S = 60;

const isNumber = (value) => typeof value === "number" && Number.isFinite(value) && value >= 0;

// Count up to now: all of it, or nothing and say so when nobody was there (`strict` is what a heartbeat asks).
function counted(state, now, strict = false) {
  if (state.running_since === null) return state;
  const gap = Math.max(now - state.running_since, 0);
  if (strict && gap > LONGEST_GAP_S) return { ...state, running_since: now, away_s: state.away_s + gap };
  const spent_s = state.spent_s.map((seconds, place) => (place === state.phase ? seconds + gap : seconds));
  return { ...state, running_since: now, spent_s };
}

const isOn = (state) => state.phase >= 0 && state.phase < PHASES;

export const rules = {
  heartbeat: (state, now) => counted(state, now, true),
  start: (state, now) => (state.phase === -1 ? { ...state, phase: 0, running_since: now } : counted(state, now)),
  pause: (state, now) => ({ ...counted(state, now), running_since: null }),
  resume: (state, now) => (isOn(state) ? { ...counted(state, now), running_since: now } : state),
  next_phase(state, now) {
    if (!isOn(state) || state.phase === PHASES - 1) return rules.finish(state, now);
    return { ...counted(state, now), phase: state.phase + 1 };
  },
  finish: (state, now) =>
    state.phase === -1 ? state : { ...counted(state, now), phase: PHASES, running_since: null },
};

const total = (state) => state.spent_s.reduce((sum, seconds) => sum + seconds, 0);
const isFurther = (one, other) =>
  one.phase > other.phase || (one.phase === other.phase && total(one) > total(other));

// What the storage holds may be damaged or somebody else's.
function isRecord(value) {
  return (
    value !== null &&
    typeof value === "object" &&
    Number.isInteger(value.phase) && value.phase >= -1 && value.phase <= PHASES &&
    Array.isArray(value.spent_s) && value.spent_s.length === PHASES && value.spent_s.every(isNumber) &&
    (value.running_since === null || (isNumber(value.running_since) && isOn(value))) &&
    isNumber(value.away_s) && typeof value.session === "string" && Number.isInteger(value.done)
  );
}

// The record of an attempt: in the browser's storage (that of this tab, if it has no name to find it by again), or
// on this page alone where there is none.
function recordOf(attempt, session) {
  const key = `helpers-interview-clock:${attempt || session}`;
  const storage = () => (attempt ? localStorage : sessionStorage);
  let kept = null;
  return {
    read() {
      try {
        const found = JSON.parse(storage().getItem(key));
        if (isRecord(found)) return found;
      } catch {}
      return kept;
    },
    write(record) {
      kept = record;
      try {
        storage().setItem(key, JSON.stringify(record));
      } catch {}
    },
  };
}

// Keeps the record of one run of the cell up to date, and tells the kernel.
function engine(model) {
  const session = model.get("_session");
  const attempt = model.get("attempt");
  const store = recordOf(attempt, session);
  const painters = new Set();
  let reported = -Infinity;
  const now = () => Date.now() / 1000;

  function report(record) {
    const { phase, spent_s, running_since, away_s, done } = record;
    reported = now();
    try {
      model.set("_report", { attempt, phase, spent_s, running_since, away_s, session, done });
      model.save_changes();
    } catch {} // the kernel may be gone; the record stays
  }

  function save(record, isNews) {
    const isRunning = record.running_since !== null;
    if (isNews || isRunning) store.write(record);
    const isDue = isNews || (isRunning && now() - reported >= REPORT_S);
    if (isDue && record.session === session) report(record);
    for (const paint of painters) paint(record);
  }

  // The newest run of the cell takes the record over, and goes on from it unless Python is further along.
  function claimed() {
    const commands = model.get("_commands");
    const python = { ...model.get("_account"), session, done: commands.length };
    const found = store.read();
    if (found === null) return python;
    if (found.session >= session) return found;
    return isFurther(python, found) ? python : { ...found, session, done: 0 };
  }

  function withCommands(record) {
    if (record.session !== session) return record;
    const commands = model.get("_commands");
    for (const [name, phase] of commands.slice(record.done)) {
      const isOver = name === "next_phase" && record.phase !== phase;
      if (Object.hasOwn(rules, name) && !isOver) record = rules[name](record, now());
    }
    return { ...record, done: commands.length };
  }

  const beaten = () => rules.heartbeat(store.read() ?? claimed(), now());
  const hear = () => save(withCommands(beaten()), true);
  model.on("change:_commands", hear);
  save(withCommands(rules.heartbeat(claimed(), now())), true);
  const timer = setInterval(() => save(beaten(), false), TICK_MS);
  return {
    act: (name) => save(rules[name](beaten(), now()), true),
    show(paint) {
      painters.add(paint);
      paint(beaten());
      return () => painters.delete(paint);
    },
    stop() {
      clearInterval(timer);
      model.off("change:_commands", hear);
    },
  };
}

const mmss = (seconds) => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;
const left = (seconds) => (seconds > -1 ? `${mmss(Math.ceil(Math.max(seconds, 0)))} left` : `${mmss(-seconds)} over`);

// What stands below the bar, changed a few times in an interview and so fit to be read aloud.
function message(record, phases, slotS) {
  const used = `${mmss(total(record))} of ${mmss(slotS)}`;
  const away = record.away_s >= 1
    ? ` Not counted: ${mmss(record.away_s)} in which this page was asleep or closed.` : "";
  if (record.phase === -1) return ["calm", "Not started. Press Start when you have been given the prompt."];
  if (record.phase === PHASES) return ["calm", `Finished: ${used} used.${away}`];
  const { title, planned_s } = phases[record.phase];
  if (record.running_since === null) return ["paused", `Paused in ${title}: this time does not count.${away}`];
  const rest = planned_s - record.spent_s[record.phase];
  const next = phases[record.phase + 1];
  const goOn = next ? `Go on to ${next.title}.` : "Press Finish when you have said your last sentence.";
  if (rest <= 0) return ["over", `The time of ${title} is over. ${goOn}${away}`];
  if (rest <= SOON_S) return ["soon", `Less than a minute left for ${title}: bring it to its end.${away}`];
  return ["calm", `${title} is running.${away}`];
}

function make(tag, className, parent) {
  const made = document.createElement(tag);
  made.className = className;
  parent.append(made);
  return made;
}

// Writing what is there already would make the page lay itself out, and a reader say it again.
const write = (node, text) => {
  if (node.textContent !== text) node.textContent = text;
};

function view(model, clock, el) {
  const phases = model.get("phases");
  const slotS = 60 * model.get("slot_min");
  el.classList.add("helpers-clock-place");
  const frame = make("section", "helpers-clock", el);
  frame.setAttribute("aria-label", "Interview clock");
  frame.tabIndex = -1;
  const head = make("div", "helpers-clock-head", frame);
  const what = make("div", "helpers-clock-what", head);
  const name = make("strong", "", what);
  const goal = make("span", "", what);
  const phrase = make("q", "", what);
  const times = make("div", "helpers-clock-times", head);
  times.setAttribute("role", "timer");
  const rest = make("span", "", times);
  const phaseLeft = make("strong", "", rest);
  const ofPhase = make("span", "", rest);
  const slotLeft = make("span", "", times);
  const bar = make("ol", "helpers-clock-bar", frame);
  const parts = phases.map(({ title, planned_s }) => {
    const part = make("li", "", bar);
    part.style.flexGrow = planned_s;
    part.title = `${title}: ${mmss(planned_s)} planned`;
    const fill = make("span", "helpers-clock-fill", make("span", "helpers-clock-track", part));
    const [number, called] = title.split(/ (.*)/);
    write(make("span", "", part), number);
    write(make("span", "helpers-clock-name", part), ` ${called}`);
    const minutes = make("span", "helpers-clock-used", part);
    const used = make("span", "", minutes);
    write(make("span", "helpers-clock-plan", minutes), ` of ${mmss(planned_s)}`);
    return { part, fill, used };
  });
  const news = make("p", "helpers-clock-news", frame);
  news.setAttribute("aria-live", "polite");
  const row = make("div", "helpers-choices", frame);
  const buttons = Object.fromEntries(["run", "next", "finish"].map((key) => {
    const button = make("button", "jupyter-widgets jupyter-button widget-button", row);
    button.type = "button";
    // A key held down, or the second half of a double click, is not meant for what the button is by then.
    button.addEventListener("keydown", (event) => event.repeat && event.preventDefault());
    button.addEventListener("click", (event) => event.detail < 2 && pressed[key]());
    return [key, button];
  }));
  buttons.run.classList.add("mod-primary");
  write(buttons.next, "Next phase");
  let record;
  let asked = 0; // when the first press on Finish was, while phases are left
  const pressed = {
    run: () => clock.act(record.phase === -1 ? "start" : record.running_since === null ? "resume" : "pause"),
    next() {
      clock.act("next_phase");
      if (buttons.next.hidden) buttons.finish.focus();
    },
    finish() {
      if (record.phase === PHASES - 1 || Date.now() - asked < 5000) {
        clock.act("finish");
        frame.focus();
      } else {
        asked = Date.now();
        paint(record);
      }
    },
  };

  function paint(latest) {
    record = latest;
    const { phase, spent_s, running_since } = record;
    const row = phases[Math.max(phase, 0)];
    if (phase === PHASES) {
      write(name, "The interview is over");
      write(goal, "");
      write(phrase, "");
      write(phaseLeft, `${mmss(total(record))} used`);
      write(ofPhase, "");
    } else {
      write(name, row.title);
      write(goal, `Goal: ${row.goal.toLowerCase()}`);
      write(phrase, row.key_phrase);
      write(phaseLeft, left(row.planned_s - spent_s[Math.max(phase, 0)]));
      write(ofPhase, " in this phase");
    }
    const slotRest = left(slotS - total(record));
    write(slotLeft, `${slotRest}${slotRest.endsWith("left") ? " of" : ""} the ${model.get("slot_min")} minutes`);
    parts.forEach(({ part, fill, used }, place) => {
      const planned = phases[place].planned_s;
      fill.style.width = `${Math.min(100, (100 * spent_s[place]) / planned).toFixed(2)}%`;
      fill.classList.toggle("helpers-clock-late", spent_s[place] > planned);
      write(used, mmss(spent_s[place]));
      if (place === phase) part.setAttribute("aria-current", "step");
      else part.removeAttribute("aria-current");
    });
    const [mood, words] = message(record, phases, slotS);
    frame.dataset.mood = mood;
    write(news, words);
    write(buttons.run, phase === -1 ? "Start" : running_since === null ? "Resume" : "Pause");
    buttons.next.disabled = buttons.finish.disabled = phase === -1;
    buttons.next.hidden = phase >= PHASES - 1;
    buttons.run.hidden = buttons.finish.hidden = phase === PHASES;
    write(buttons.finish, phase < PHASES - 1 && Date.now() - asked < 5000 ? "Finish now, early?" : "Finish");
  }
  return clock.show(paint);
}

export default () => {
  let clock;
  return {
    // Once for each run of the cell, whether its output is on the screen or not.
    initialize({ model }) {
      clock = engine(model);
      return () => clock.stop();
    },
    render: ({ model, el }) => view(model, clock, el),
  };
};
