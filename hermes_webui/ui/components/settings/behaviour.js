// What the page does.

import { useEffect } from 'preact/hooks';
import { usePage } from '../../page/page.js';
import { t } from '../../words/words.js';
import { html } from '../html.js';
import { Choice, Said, Select, Switch, useRequest } from './fields.js';

export function Behaviour({ server }) {
  const { commands, preferences } = usePage();
  const of = (name) => ({ value: preferences.of(name).value, choose: (value) => preferences.choose(name, value) });
  const names = (keys) => commands.names(keys).join(' + ');
  useEffect(() => { if (!server.told.peek()) server.load(); }, []);
  return html`
    <${Choice} name=${t('settings.send')} ...${of('sendKey')}
      options=${[['enter', names('Enter')], ['mod-enter', names('mod+Enter')]]} hint=${t('settings.send-hint')} />
    <${Choice} name=${t('settings.reasoning')} ...${of('reasoning')}
      options=${[['closed', t('settings.reasoning-closed')], ['open', t('settings.reasoning-open')]]} />
    <${Notify} />
    <${Switch} name=${t('settings.confirm')} hint=${t('settings.confirm-hint')} on=${preferences.of('confirmDelete').value}
      change=${(on) => preferences.choose('confirmDelete', on)} />
    <${Titles} server=${server} />
    <${HermesSessions} server=${server} />
    <${DefaultModel} server=${server} />
  `;
}

/** The browser asks only when it is switched on. */
function Notify() {
  const { preferences } = usePage();
  const can = 'Notification' in globalThis && isSecureContext;
  const denied = can && Notification.permission === 'denied';
  const change = async (on) => {
    const granted = on && (await Notification.requestPermission()) === 'granted';
    preferences.choose('notify', granted);
  };
  const hint = !can ? t('settings.notify-cannot') : denied ? t('settings.notify-denied') : t('settings.notify-hint');
  return html`<${Switch} name=${t('settings.notify')} hint=${hint} disabled=${!can || denied}
    on=${preferences.of('notify').value && can && !denied} change=${change} />`;
}

function Titles({ server }) {
  const told = server.told.value;
  const [busy, said, run] = useRequest();
  return html`
    <${Switch} name=${t('settings.titles')} hint=${t('settings.titles-hint')} on=${told?.titles ?? true} disabled=${!told || busy}
      change=${(on) => run(() => server.change('titles', { on }).then(() => ''))} />
    ${said && !said.good && html`<${Said} said=${said} />`}
  `;
}

function HermesSessions({ server }) {
  const told = server.told.value;
  const [busy, said, run] = useRequest();
  return html`
    <${Switch} name=${t('settings.hermes')} hint=${t('settings.hermes-hint')} on=${told?.hermes_sessions ?? true} disabled=${!told || busy}
      change=${(on) => run(() => server.change('hermes', { on }).then(() => ''))} />
    ${said && !said.good && html`<${Said} said=${said} />`}
  `;
}

function DefaultModel({ server }) {
  const { models } = usePage();
  const told = server.told.value;
  const [busy, said, run] = useRequest();
  const fixed = told?.default.from === 'config.toml';
  const ready = models.providers.value.filter((provider) => provider.ready);
  const all = ready.flatMap((provider) => (provider.models ?? []).map((model) => [
    JSON.stringify([provider.engine, provider.id, model.id]), `${provider.name} · ${model.name || model.id}`]));
  const choose = (value) => {
    const [engine, model_provider, model] = value ? JSON.parse(value) : ['', '', ''];
    run(() => server.change('default', { engine, model_provider, model }).then(() => ''));
  };
  const { engine, provider, model, from } = told?.default ?? {};
  const value = from ? JSON.stringify([engine, provider, model]) : '';
  return html`
    <${Select} name=${t('settings.default')} hint=${fixed ? t('settings.fixed') : t('settings.default-hint')} disabled=${!told || fixed || busy}
      value=${value} options=${[['', t('settings.default-auto')], ...all]} choose=${choose} />
    ${said && !said.good && html`<${Said} said=${said} />`}
  `;
}
