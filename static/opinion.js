// An endorsement and a sheet: what is typed into a form [data-kept] stays in this tab until it is saved; digits score.

const one = (selector, root) => root.querySelector(selector);
const on = (types, act) => types.split(' ').forEach(type => document.addEventListener(type, act));

// ---- kept in this tab: an opinion half written is there again on the next page ----

// The key ends with when it was last saved: once it is, what was kept before is of no use.
const keyOf = ({ action, dataset: { kept } }) => `${action} ${kept}`;

function tell(form, at) {
  const line = one('[data-kept-at]', form);
  line.textContent = line.dataset.template.replace('{time}', at);
}

document.querySelectorAll('form[data-kept]').forEach(form => {
  const key = keyOf(form), old = Object.keys(sessionStorage).filter(k => k.startsWith(`${form.action} `) && k !== key);
  old.forEach(k => sessionStorage.removeItem(k));
  const { at, typed } = JSON.parse(sessionStorage.getItem(key) ?? '{}');
  if (!typed) return;
  const other = typed.filter(([name, value]) => form.elements[name] && form.elements[name].value !== value);
  if (!other.length && !one('.err', form)) return sessionStorage.removeItem(key); // saved as it was before
  other.forEach(([name, value]) => { form.elements[name].value = value; });
  tell(form, at);
  const fold = form.closest('details');
  if (fold) fold.open = true;
});

on('input', ({ target: { form } }) => {
  if (!form?.matches('[data-kept]')) return;
  const at = new Date().toTimeString().slice(0, 5);
  const typed = [...new FormData(form)].filter(([name]) => name !== 'csrf_token');
  sessionStorage.setItem(keyOf(form), JSON.stringify({ at, typed }));
  tell(form, at);
});

// ---- a sheet: a digit scores the criterion in focus and goes on; 1 waits a moment, for a 0 makes it ten ----

let first; // {criterion, timer} of a 1

function score(criterion, points) {
  const radio = one(`[value="${points}"]`, criterion);
  radio.focus();
  radio.click();
}

function goOn(criterion) {
  const all = [...document.querySelectorAll('fieldset.crit')], next = all[all.indexOf(criterion) + 1];
  (next ? one(':checked', next) ?? one('input', next) : one('#remark', document)).focus();
  return next;
}

on('keydown', event => {
  const { key, target, ctrlKey, metaKey, altKey } = event;
  let criterion = target.closest('fieldset.crit');
  if (!criterion || !/^[0-9]$/.test(key) || ctrlKey || metaKey || altKey) return;
  event.preventDefault();
  if (event.repeat) return;
  const one_ = first?.criterion === criterion;
  clearTimeout(first?.timer);
  first = null;
  if (one_ && key === '0') score(criterion, 10);
  else {
    if (one_) criterion = goOn(criterion);
    if (!criterion) return;
    score(criterion, key);
  }
  if (key !== '1') return void goOn(criterion);
  const timer = setTimeout(() => {
    first = null;
    if (criterion.contains(document.activeElement)) goOn(criterion);
  }, 800);
  first = { criterion, timer };
});

// ---- of a form's buttons only the one with data-asks asks, once (app.js does the asking) ----

on('focusin click', ({ target }) => {
  const { form } = target;
  if (!form || !one('[data-asks]', form)) return;
  const { asks } = target.dataset;
  if (asks) form.dataset.ask = asks;
  else delete form.dataset.ask;
});
