// The sections of the settings, in their order; each is an address: /settings/<section>.

export const SECTIONS = [
  'appearance', 'behaviour', 'models', 'agents', 'tools', 'workspace', 'profiles', 'prompts', 'schedules', 'usage', 'access', 'about',
];

export const sectionOf = (name) => (SECTIONS.includes(name) ? name : null);
