// A draft saves itself, each form against what its writer saw (`was`, `base`). 409: someone else was
// quicker; nothing is overwritten, what is typed stays.

(() => {
'use strict';

const $ = (selector, root) => root.querySelector(selector);
const on = (types, act) => types.split(' ').forEach(type => document.addEventListener(type, act));
const drafts = new Map(); // form -> {dirty, sending, stopped, unsaved, timer}

function soon(form, wait = 900) {
  const draft = drafts.get(form) ?? drafts.set(form, {}).get(form);
  draft.dirty = true;
  clearTimeout(draft.timer);
  draft.timer = setTimeout(save, wait, form);
}

async function save(form) {
  const draft = drafts.get(form);
  if (!draft?.dirty || draft.sending || draft.stopped) return;
  draft.dirty = false;
  draft.sending = true;
  const body = new FormData(form), headers = { Accept: 'application/json', 'X-CSRFToken': body.get('csrf_token') };
  const request = { method: 'POST', body, headers, keepalive: true };
  const response = await fetch(form.getAttribute('action'), request).catch(() => null);
  const answer = await response?.json().catch(() => null) ?? {}, status = response?.status ?? 500;
  if (drafts.get(form) !== draft) return;  // sent as a form
  draft.sending = false;
  const { dataset } = $('[data-saved]', form);
  $('[data-saved]', form).textContent = answer.saved ? dataset.template.replace('{time}', answer.saved)
    : answer.error ?? dataset.failed;
  draft.unsaved = status >= 400;
  draft.stopped = status === 401 || status === 403 || 'theirs' in answer;
  if (status < 400) take(form, body.get('text'), answer);
  else if ('theirs' in answer) show(form, answer);
  if (status >= 500) soon(form, 5000);
  else if (draft.dirty) soon(form, 0);
}

function take(form, sent, { shown, merged, version, text: now }) {
  const { was, base, text } = form.elements;
  if (shown) was.value = JSON.stringify(shown);
  else if (!merged) [base.value, was.value] = [version, sent];
  else if (text.value === sent) [base.value, was.value, text.value] = [version, now, now];
  else was.value = sent; // typed on: merged again
}

function show(form, { theirs, version }) {
  const { was, base } = form.elements;
  [base.value, was.value] = [version, theirs];
  $('[data-theirs]', form).textContent = theirs;
  $('[data-clash]', form).hidden = false;
}

on('click', ({ target: { form, dataset: { keep } } }) => {
  if (!keep) return;
  const { was, text } = form.elements;
  if (keep === 'both') text.value = `${was.value}\n\n${text.value}`;
  $('[data-clash]', form).hidden = true;
  drafts.delete(form);
  soon(form, 0);
  text.focus();
});

const saveAll = () => [...drafts.keys()].forEach(save);
on('input change', ({ target: { form } }) => { if (form?.matches('[data-autosaved]')) soon(form); });
on('focusout visibilitychange', saveAll);
addEventListener('pagehide', saveAll);
addEventListener('beforeunload', event => {
  if ([...drafts.values()].some(draft => draft.unsaved)) event.preventDefault();
});
on('submit', ({ target }) => {
  drafts.delete(target);
  saveAll();
});
})();
