// A draft saves itself against what its writer saw (`was`, `base`); 409: another was quicker.

const one = (selector, root) => root.querySelector(selector);
const on = (types, act) => types.split(' ').forEach(type => document.addEventListener(type, act));
const drafts = new Map();

function soon(form, wait = 900) {
  const draft = drafts.get(form) ?? drafts.set(form, {}).get(form);
  draft.dirty = true;
  clearTimeout(draft.timer);
  draft.timer = setTimeout(save, wait, form);
}

function save(form) {
  const draft = drafts.get(form);
  if (draft?.dirty && !draft.sending && !draft.stopped) draft.sending = send(form, draft);
  return draft?.sending;
}

async function send(form, draft) {
  draft.dirty = false;
  const body = new FormData(form), headers = { Accept: 'application/json' };
  const response = await fetch(form.action, { method: 'POST', body, headers, keepalive: true }).catch(() => null);
  const answer = await response?.json().catch(() => null) ?? {}, status = response?.status ?? 500;
  draft.sending = null;
  if (drafts.get(form) !== draft) return;
  const line = one('[data-saved]', form), { template, failed } = line.dataset, clash = 'theirs' in answer;
  line.textContent = answer.saved ? template.replace('{time}', answer.saved) : answer.error ?? failed;
  draft.unsaved = status >= 400 || Object.keys(answer.errors ?? {}).length > 0;
  draft.stopped = clash || status === 401 || status === 403;
  if (clash) show(form, answer);
  else if (status < 400) take(form, body.get('text'), answer);
  say(form, answer.errors ?? {});
  if (status < 400) recount();
  if (status >= 500) soon(form, 5000);
  else if (draft.dirty) soon(form, 0);
}

function take({ elements: { was, base, text } }, sent, { shown, merged, version, text: now }) {
  if (shown) was.value = JSON.stringify(shown);
  else if (!merged) [base.value, was.value] = [version, sent];
  else if (text.value === sent) [base.value, was.value, text.value] = [version, now, now];
  else was.value = sent; // typed on: merged again
}

function say(form, errors) {
  form.querySelectorAll('[data-said]').forEach(line => line.remove());
  for (const field of new Set([...form.elements].map(({ name }) => name).filter(Boolean))) {
    const control = one(`[name="${field}"]`, form);
    if (!(field in errors)) {
      control.removeAttribute('aria-invalid');
      if (control.getAttribute('aria-describedby') === `${field}_said`) control.removeAttribute('aria-describedby');
      continue;
    }
    control.setAttribute('aria-invalid', 'true');
    if (!control.hasAttribute('aria-describedby')) control.setAttribute('aria-describedby', `${field}_said`);
    const line = document.createElement('p');
    Object.assign(line, { className: 'err', id: `${field}_said`, textContent: errors[field] });
    line.dataset.said = '';
    control.closest('.field').append(line);
  }
}

let counting;
function recount() {
  clearTimeout(counting);
  counting = setTimeout(async () => {
    const list = one('#checklist', document);
    if (!list || list.contains(document.activeElement)) return;
    const headers = { 'HX-Request-Type': 'partial', 'HX-Target': 'section#checklist' };
    const response = await fetch(location.pathname, { headers }).catch(() => null);
    if (!response?.ok) return;
    list.outerHTML = await response.text();
    const here = one('[data-missing-here]', document);
    if (here) here.textContent = one('#checklist', document).dataset.missing;
  }, 500);
}

function show(form, { theirs, version }) {
  take(form, theirs, { version });
  one('[data-theirs]', form).textContent = theirs;
  one('[data-clash]', form).hidden = false;
}

on('click', ({ target: { form, dataset: { keep } } }) => {
  if (!keep) return;
  const { was, text } = form.elements;
  if (keep === 'both') text.value = `${was.value}\n\n${text.value}`;
  one('[data-clash]', form).hidden = true;
  drafts.delete(form);
  soon(form, 0);
  text.focus();
});

const saveAll = () => Promise.all([...drafts.keys()].map(save));
on('input', ({ target: { form } }) => form?.matches('[data-autosaved]') && soon(form));
on('focusout visibilitychange', saveAll);
addEventListener('beforeunload', event => {
  if ([...drafts.values()].some(({ unsaved }) => unsaved)) event.preventDefault();
});

let waited;
on('submit', async event => {
  if (event.defaultPrevented || !drafts.size) return; // htmx sends it; or nothing here saves itself
  const { target, submitter } = event, go = target === waited || target.dataset.ask;
  waited = target;
  if (!go) event.preventDefault();
  await saveAll();
  await new Promise(done => setTimeout(done)); // the event is over
  await saveAll();
  if (!go) target.requestSubmit(submitter);
  drafts.delete(target);
});
