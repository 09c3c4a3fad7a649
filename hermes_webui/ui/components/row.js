// A row of the conversation. It is drawn again only when something in it has changed.

import { Component, createRef } from 'preact';
import { usePage } from '../page/page.js';
import { toReading } from './focus.js';
import { html } from './html.js';
import { Aside, Hidden, RunEnd } from './aside.js';
import { Steps } from './steps.js';
import { UserMessage } from './user-message.js';

/** What draws it may still be on its way, or be missing while the server is away: the words are shown as they are. */
function Reply({ row }) {
  const Drawn = usePage().drawing.Reply.value;
  return Drawn ? html`<${Drawn} row=${row} />` : html`<article class="reply"><p class="plain" dir="auto">${row.text}</p></article>`;
}

const Folded = ({ row }) => html`<${Steps} row=${row} Reply=${Reply} />`;

const KINDS = { user: UserMessage, steps: Folded, assistant: Reply, aside: Aside, end: RunEnd, hidden: Hidden };

export class Row extends Component {
  #element = createRef();

  shouldComponentUpdate(next) {
    return next.row !== this.props.row || next.at !== this.props.at;
  }

  /** A row that is scrolled away with the focus in it leaves that to the conversation. */
  componentWillUnmount() {
    if (this.#element.current?.contains(document.activeElement)) toReading();
  }

  render({ row, at }) {
    const Kind = KINDS[row.kind];
    return html`<div ref=${this.#element} class=${`row ${row.kind}`} data-at=${at} data-id=${row.message?.id}><${Kind} row=${row} /></div>`;
  }
}
