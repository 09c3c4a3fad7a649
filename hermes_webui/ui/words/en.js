// English: the catalogue that is always complete. A key is `area.what`; the areas stand in the order of the alphabet.

export const en = {
  // app: the shell, the line about the server
  'app.outdated': 'A new version of this page is here.',
  'app.reload': 'Reload',
  'app.theme': 'Theme',
  'app.theme-dark': 'Dark',
  'app.theme-light': 'Light',
  'app.theme-system': 'As the system',

  // composer: the field, attachments, the queue, the model

  // conversation: title, transcript, finding, outline

  // list: the conversations beside it

  // message: a prompt or a reply, and what can be done with it

  // palette: commands and keys
  'palette.keys': 'Keyboard shortcuts',
  'palette.new': 'New chat',
  'palette.open': 'Commands and search',
  'palette.stop': 'Stop the reply',
  'palette.theme-dark': 'Dark theme',
  'palette.theme-light': 'Light theme',
  'palette.theme-system': 'Theme of the system',
  'palette.write': 'Go to the message field',

  // settings: appearance, models, about

  // text: what Markdown, code and tools are drawn with
  'text.close': 'Close',
  'text.code-plain': 'text',
  'text.copied': 'Copied',
  'text.copy': 'Copy',
  'text.diagram': 'Diagram',
  'text.diagram-slow': 'it took too long to draw',
  'text.diagram-workshop': 'Where diagrams are drawn',
  'text.diagram-wrong': 'This diagram cannot be drawn: {error}',
  'text.enlarge': 'Enlarge',
  'text.load-picture': 'Load image from {host}',
  'text.not-copied': 'Not copied',
  'text.picture-failed': 'The image could not be loaded. Try again',
  'text.picture-loading': 'Loading…',
  'text.show-lines': { one: 'Show {count} line', other: 'Show all {count} lines' },
  'text.source': 'Source',
  'text.task-done': 'done',
  'text.task-open': 'to do',
  'text.wrap': 'Wrap',
};
