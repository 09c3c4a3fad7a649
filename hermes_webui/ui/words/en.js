// English: the catalogue that is always complete. A key is `area.what`; the areas stand in the order of the alphabet.

export const en = {
  // app: the shell, the line about the server
  'app.outdated': 'A new version of this page is here.',
  'app.reload': 'Reload',

  // composer: the field, attachments, the queue, the model

  // conversation: title, transcript, finding, outline

  // list: the conversations beside it

  // message: a prompt or a reply, and what can be done with it

  // palette: commands and keys

  // settings: appearance, models, about

  // text: what Markdown, code and tools are drawn with
};
