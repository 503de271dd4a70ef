/** Every word the widget itself says. What the assistant and the clinicians say comes from the server. */

export const words = {
  product: "Interlude",
  disclosure:
    "I'm a computer program, not a person or a therapist. I'm not a crisis service. " +
    "Your care team reads these chats, but not live.",
  starting: "Opening your chat",
  signedInAs: (name) => `Signed in as ${name}`,

  codeTitle: "Open your chat",
  codeHint: "Your clinic gave you a code or a link. Type or paste the code here.",
  codeLabel: "Your code",
  codeSend: "Open chat",
  codeEmpty: "Please type your code first.",
  codeUnknown: "That code did not work. It may be too old. Please check it, or ask your clinic for a new one.",
  codeTooMany: "That was too many tries. Please wait a few minutes and try again.",
  codeFailed: "The chat could not be opened just now. Please try again.",
  continueAs: (name) => `Go on as ${name}`,
  signedOut: "You were signed out. Please type your code to come back.",
  signedOutUnsent:
    "You were signed out. The last thing you wrote has not reached anyone. Please type your code to send it.",
  loggedOut: "You are logged out.",

  unreachable: "No connection to the chat right now. I'll keep trying.",
  tryNow: "Try now",

  log: "Conversation",
  earlier: "Show earlier messages",
  newest: "New messages",
  you: "You",
  program: "automated program",
  careTeam: "your care team",
  aPerson: "Your care team",
  typing: "Interlude is writing",
  today: "Today",
  yesterday: "Yesterday",
  empty: "Nothing here yet. Write when you like.",

  sending: "Sending",
  received: "Received",
  unsent: "Not sent.",
  tooLong: "Not sent. It is too long. Please send it in parts.",
  refused: "Not sent. The chat could not take this message.",
  again: "Try again",
  seen: "Your team has seen this",
  unsentSpoken: "Your message was not sent.",

  composeLabel: "Your message",
  composeHint: "Write a message",
  send: "Send",
  offline: "No connection. Trying again.",
  offlineUnsent: "No connection. What you wrote has not reached anyone yet. I'll keep trying to send it.",
  offlineCall: (number) => `If you need help now, call ${number}.`,
  backOnline: "Connected again.",

  choose: "Choose an answer",
  chooseSome: (max) => (max ? `Choose up to ${max}` : "Choose all that fit"),
  scale: (min, max, low, high) =>
    `Choose a number from ${min} to ${max}.` + (low && high ? ` ${min} is ${low}, ${max} is ${high}.` : ""),
  sendNumber: (value) => (value === null ? "Choose a number" : `Send ${value}`),
  sendChosen: (count) => (count ? `Send ${count} chosen` : "Choose at least one"),

  breathing: "Breathing guide",
  breatheIn: "Breathe in",
  breatheOut: "Breathe out",
  hold: "Hold",
  ready: "Press start when you are ready.",
  pace: (pacer) =>
    `In for ${pacer.in}, ` + (pacer.hold ? `hold for ${pacer.hold}, ` : "") + `out for ${pacer.out}` +
    (pacer.hold ? `, hold for ${pacer.hold}.` : "."),
  careful: "Stop if you feel dizzy, tingly or more panicky.",
  start: "Start",
  stop: "Stop",
  stopped: "Stopped.",
  finished: "That's the end. Breathe as you like.",
  timer: "Timer",
  timeUp: "The time is up.",
  left: (text) => `${text} left`,
  minutes: (minutes, seconds) =>
    [minutes && `${minutes} min`, (seconds || !minutes) && `${seconds} s`].filter(Boolean).join(" "),

  chart: "Your chart",
  chartTable: "Show as a table",
  chartDate: "When",
  chartValue: "Value",
  chartSpoken: (count, first, last, lowest, highest) =>
    `Line of ${count} entries from ${first} to ${last}. Lowest ${lowest}, highest ${highest}.`,

  help: "Need help now?",
  helpTitle: "Help now",
  call: (number) => `Call ${number}`,
  text: (number, keyword) => (keyword ? `Text ${keyword} to ${number}` : `Text ${number}`),
  emergency: "Emergency",
  localEmergency: "If your life is in danger, call your local emergency number.",
  sayWhere: "If you call, say where you are.",
  moreHelp: "More ways to get help",
  openNow: "Open now",
  closedNow: "Closed now",
  findLine: "Find a line near you:",
  yourClinic: "Your clinic",
  numbersShown: (number) => `Help numbers are at the top of this page. ${number ? `Call ${number}.` : ""}`,
  receipts: {
    alerting: "I'm alerting your care team now.",
    seen: "Your care team has seen it.",
    unreached: "I could not reach your team. Please call now.",
    exhausted: "Nobody on your team has answered yet. Please call now.",
  },

  exit: "Leave fast",
  exitHint: "Leave this page fast. You can also press Escape three times.",
  exitPresses: (left) => `Press Escape ${left === 1 ? "once" : "twice"} more to leave this page.`,
  logout: "Log out",
  logoutTitle: "Log out?",
  logoutHint: "You will need a code from your clinic to come back.",
  logoutUnsent: "Something you wrote has not been sent. It will be lost.",
  logoutFailed: "You are still logged in. There is no connection. Please try again.",
  stay: "Stay",
};

/** Where to look when no country's lines are known (clinical.md 5.8). */
export const directories = [
  { name: "findahelpline.com", url: "https://findahelpline.com" },
  { name: "befrienders.org", url: "https://befrienders.org" },
];
