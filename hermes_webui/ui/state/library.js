// Kept prompts that hold all words of a query in their name or text, whatever their case and accents.

const plain = (text) => text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();

export function holding(prompts, query) {
  const words = plain(query).split(/\s+/).filter(Boolean);
  return prompts.filter(({ title, text }) => {
    const whole = plain(`${title}\n${text}`);
    return words.every((word) => whole.includes(word));
  });
}
