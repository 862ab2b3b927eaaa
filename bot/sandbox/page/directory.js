// Who and what the ids in messages stand for: people, channels, user groups, and who is looking.

let workspace = { team: {}, bot: {}, users: [], channels: [], usergroups: [], commands: [], shortcuts: [] };
let me = "";

/** Keeps the answer of /_sandbox/workspace and the id of the person who is looking. */
export function setDirectory(found, person) {
  workspace = { ...workspace, ...found };
  me = person;
}

export const known = () => workspace;
export const myself = () => me;
export const user = (id) => workspace.users.find((one) => one.id === id);
export const channel = (id) => workspace.channels.find((one) => one.id === id);
export const isBot = (id) => id === workspace.bot.user_id || id === workspace.bot.bot_id;

export function userName(id) {
  if (isBot(id)) return workspace.bot.name;
  const found = user(id);
  return found ? found.real_name || found.name : id;
}

export function channelName(id) {
  const found = channel(id);
  if (!found) return id;
  if (!found.is_im) return found.name;
  return found.user && found.user !== me ? userName(found.user) : workspace.bot.name;
}

export function groupName(id) {
  const found = (workspace.usergroups ?? []).find((one) => one.id === id);
  return found ? found.handle || found.name : id;
}

/** Channels the person sees in the sidebar: those they are in, and their own direct messages with the app. */
export function myChannels() {
  const joined = (one) => !one.members || one.members.includes(me);
  return workspace.channels.filter((one) => (one.is_im ? !one.user || one.user === me : joined(one)));
}

/** What sets a person apart: their title, a guest, somebody of another company. */
export function personNote(one) {
  const stranger = one.team_id && one.team_id !== workspace.team.id;
  const guest = one.is_guest && !/guest/i.test(one.title ?? "") && "guest";
  return [one.title, guest, stranger && "another company"].filter(Boolean).join(" · ") || null;
}
