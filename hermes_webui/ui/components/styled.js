// The style sheet of a part of the page that is fetched when it is needed.

/** The module that is coming, once the sheet is there too. */
export async function styled(sheet, coming) {
  const [module] = await Promise.all([coming, sheetOf(sheet)]);
  return module;
}

function sheetOf(name) {
  const href = new URL(`../styles/${name}.css`, import.meta.url).href;
  if ([...document.styleSheets].some((sheet) => sheet.href === href)) return null;
  const link = Object.assign(document.createElement('link'), { rel: 'stylesheet', href });
  return new Promise((done) => {
    Object.assign(link, { onload: done, onerror: done });
    document.head.append(link);
  });
}
