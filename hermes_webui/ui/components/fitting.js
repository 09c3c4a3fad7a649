// A field as high as what is written in it.

export function fit(field) {
  field.style.height = 'auto';
  field.style.height = `${field.scrollHeight + 2}px`; // its border counts
}
