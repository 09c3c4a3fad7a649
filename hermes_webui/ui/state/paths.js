// Paths inside a workspace: relative, with `/`; the workspace itself is ''.

export const nameOf = (path) => path.slice(path.lastIndexOf('/') + 1);

export const parentOf = (path) => path.slice(0, Math.max(path.lastIndexOf('/'), 0));

export const joined = (folder, name) => (folder ? `${folder}/${name}` : name);

/** Whether `path` is `folder`, or lies below it. */
export const isWithin = (path, folder) => folder === '' || path === folder || path.startsWith(`${folder}/`);

/** The folders that lead to a path, the outermost first, without the workspace itself. */
export function foldersTo(path) {
  const parts = path.split('/').slice(0, -1);
  return parts.map((_, at) => parts.slice(0, at + 1).join('/'));
}

/** A path as an agent names it, which may be absolute, as one of the workspace `root`; null where it lies elsewhere. */
export function relative(path, root) {
  const plain = path.replace(/^\.\//, '').replace(/\/+$/, '');
  if (!plain.startsWith('/')) return plain.split('/').includes('..') ? null : plain;
  const base = root.replace(/\/+$/, '');
  return base && plain.startsWith(`${base}/`) ? plain.slice(base.length + 1) : null;
}

/** What is wrong with a name that is to be given to a file: 'empty', 'slash', 'dots', or null. */
export function nameFault(name) {
  if (!name.trim()) return 'empty';
  if (/[/\0]/.test(name)) return 'slash';
  return name === '.' || name === '..' ? 'dots' : null;
}

/** The part of a name that is replaced when somebody renames it: all before the last dot. */
export const stemLength = (name) => (name.lastIndexOf('.') > 0 ? name.lastIndexOf('.') : name.length);

const BY_NAME = { dockerfile: 'dockerfile', containerfile: 'dockerfile', makefile: 'makefile', jenkinsfile: 'groovy', 'cmakelists.txt': 'cmake', '.env': 'properties', '.bashrc': 'bash', '.profile': 'bash' };

/** What the colours of a file go by: the end of its name; '' where it has none. */
export function languageOf(path) {
  const name = nameOf(path).toLowerCase();
  return BY_NAME[name] ?? (name.includes('.') ? name.slice(name.lastIndexOf('.') + 1) : '');
}
