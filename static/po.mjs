// Reads gettext catalogues far enough for our own files: msgid, msgstr, continued lines, fuzzy marks.

const UNESCAPE = { n: "\n", t: "\t", r: "\r", '"': '"', "\\": "\\" };

function unquote(line, where) {
  const match = /^\s*"((?:[^"\\]|\\.)*)"\s*$/.exec(line);
  if (!match) throw new Error(`${where}: not a quoted string: ${line}`);
  return match[1].replace(/\\(.)/g, (_, ch) => UNESCAPE[ch] ?? ch);
}

/** Entries of one .po file as a Map of msgid → msgstr; obsolete (#~) and fuzzy entries are left out. */
export function readPo(source, name) {
  const entries = new Map();
  let id = null;
  let text = null;
  let fuzzy = false;
  const close = () => {
    if (id && text !== null && !fuzzy) entries.set(id, text);
    if (text !== null) fuzzy = false;
    id = null;
    text = null;
  };
  source.split(/\r?\n/).forEach((line, index) => {
    const where = `${name}:${index + 1}`;
    if (line.startsWith("#")) {
      close();
      if (line.startsWith("#,") && line.includes("fuzzy")) fuzzy = true;
    } else if (line.startsWith("msgid ")) {
      close();
      id = unquote(line.slice(6), where);
    } else if (line.startsWith("msgstr ")) {
      text = unquote(line.slice(7), where);
    } else if (line.trim().startsWith('"')) {
      if (text === null) id += unquote(line, where);
      else text += unquote(line, where);
    } else if (line.trim() === "") {
      close();
    } else {
      throw new Error(`${where}: not understood: ${line}`);
    }
  });
  close();
  return entries;
}
