// A draft saves itself against what its writer saw (`was`, `base`); 409: another was quicker. What is typed into a form
// [data-kept] stays in this tab until it is sent. Digits score a criterion.

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
      continue;
    }
    control.setAttribute('aria-invalid', 'true');
    const line = document.createElement('p');
    Object.assign(line, { className: 'err', textContent: errors[field] });
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
  const { target, submitter } = event, go = target === waited || target.dataset.ask;
  waited = target;
  if (!go) event.preventDefault();
  await saveAll();
  await new Promise(done => setTimeout(done)); // the event is over
  await saveAll();
  if (!go) target.requestSubmit(submitter);
  drafts.delete(target);
});

// ---- kept in this tab: an opinion half written is there again on the next page ----

const entries = form => [...new FormData(form)].filter(([name]) => name !== 'csrf_token');
document.querySelectorAll('form[data-kept]').forEach(form => {
  const kept = JSON.parse(sessionStorage.getItem(form.action) ?? '[]');
  for (const [name, value] of kept) {
    const control = form.elements[name];
    if (control && !control.value) control.value = value;
  }
});
on('input', ({ target: { form } }) => {
  if (form?.matches('[data-kept]')) sessionStorage.setItem(form.action, JSON.stringify(entries(form)));
});
on('submit', ({ target }) => target.matches('[data-kept]') && sessionStorage.removeItem(target.action));

// ---- a sheet: a digit scores the criterion in focus, 1 and 0 one after the other are ten ----

let lately = 0;
on('keydown', event => {
  const criterion = event.target.closest('fieldset.crit');
  if (!criterion || !/^[0-9]$/.test(event.key) || event.ctrlKey || event.metaKey || event.altKey) return;
  const ten = event.key === '0' && event.timeStamp - lately < 800 && one('[value="1"]', criterion).checked;
  lately = event.key === '1' ? event.timeStamp : 0;
  const radio = one(`[value="${ten ? 10 : event.key}"]`, criterion);
  radio.focus();
  radio.click();
  event.preventDefault();
});
