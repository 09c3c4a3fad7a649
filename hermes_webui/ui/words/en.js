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
  'composer.add': 'Add',
  'composer.attach': 'Attach files',
  'composer.attached': 'Attached files',
  'composer.cancel': 'Cancel',
  'composer.choose-model': 'Choose the model',
  'composer.close': 'Close',
  'composer.commands': 'Commands',
  'composer.context': '{percent} of the model’s context is used: {used} of {length} tokens',
  'composer.drop': 'Drop to attach',
  'composer.empty': '{name} is empty: there is nothing in it to attach.',
  'composer.enlarge': 'Show {name} larger',
  'composer.file-waits': 'Waits for the server.',
  'composer.files': { one: '1 file', other: '{count} files' },
  'composer.forget-prompt': 'Delete the prompt {name}',
  'composer.gone': '{name} is not in this browser any more. Attach it again.',
  'composer.insert-prompt': 'Insert a prompt',
  'composer.into-field': 'Put it into the field',
  'composer.keep': 'Keep',
  'composer.keep-both': 'Keep both',
  'composer.keep-mine': 'Keep this one',
  'composer.keep-prompt': 'Keep as a prompt',
  'composer.long-paste': 'The long text was attached as a file.',
  'composer.mentions': 'Prompts and files',
  'composer.message': 'Message',
  'composer.model': 'Model',
  'composer.no-mentions': 'No prompts are kept yet. “Keep as a prompt” in the + menu keeps what stands in the field.',
  'composer.not-here': '{name} (not available here)',
  'composer.not-sent': 'Not sent: {why}',
  'composer.pasted-image': 'Pasted image.{ending}',
  'composer.pasted-text': 'Pasted text.txt',
  'composer.places-hint': 'What stands in {braces} can be filled in each time.',
  'composer.prompt-deleted': '“{name}” was deleted.',
  'composer.prompt-kept': '“{name}” is kept: type @ to insert it.',
  'composer.prompt-name': 'Name',
  'composer.queue': 'Queue',
  'composer.remove-file': 'Remove {name}',
  'composer.save-file': 'Save {name}',
  'composer.send': 'Send',
  'composer.stop': 'Stop',
  'composer.too-large': '{name} is larger than {limit}, the most that can be attached. It was not attached.',
  'composer.too-many': { one: 'One file goes with a message; the others were not attached.', other: '{count} files go with one message; the others were not attached.' },
  'composer.try-again': 'Try again',
  'composer.two-drafts': 'Another tab or device wrote a different draft:',
  'composer.undo': 'Undo',
  'composer.use-other': 'Use that one',
  'composer.write': 'Write a message',
  'composer.write-next': 'Next message; it will be queued',

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
