// What pages do beyond links and forms, delegated from the document, so that a swapped
// fragment needs no set-up. Sentences come from the page, translated.

(() => {
'use strict';

const $ = (selector, root = document) => root.querySelector(selector);
const TOAST_MS = 10000;
document.documentElement.classList.add('js');

// ---- toasts: leave by themselves, except errors; wait while read (hover, focus) ----

function toast(text) {
  const copy = $('#toast_template').content.cloneNode(true);
  $('p', copy).textContent = text;
  $('#toasts').append(copy);
}

function letGo(element) {
  if (element.matches('.bad')) return;
  const leave = () => {
    if (element.matches(':hover, :focus-within')) setTimeout(leave, 2000);
    else element.remove();
  };
  setTimeout(leave, TOAST_MS);
}

document.querySelectorAll('#toasts .toast').forEach(letGo);
new MutationObserver(changes => changes
  .flatMap(change => [...change.addedNodes])
  .filter(node => node.nodeType === Node.ELEMENT_NODE)
  .forEach(letGo)
).observe($('#toasts'), { childList: true });

document.addEventListener('click', event => {
  event.target.closest('[data-dismiss]')?.closest('.toast').remove();
});
document.addEventListener('htmx:error', () => toast(document.body.dataset.noAnswer));

// ---- asking once: <form data-ask="sentence">, before htmx or the browser sends it ----

let confirmed = null;

document.addEventListener('submit', event => {
  const form = event.target;
  if (!form.dataset.ask || confirmed === form) {
    confirmed = null;
    return;
  }
  event.preventDefault();
  event.stopImmediatePropagation();
  ask(form, event.submitter ?? $('button', form));
}, true);

function ask(form, button) {
  const dialog = $('#ask_dialog'), yes = $('[value=yes]', dialog);
  $('#ask_text').textContent = form.dataset.ask;
  yes.textContent = wordsOf(button);
  dialog.returnValue = '';
  dialog.onclose = () => {
    if (dialog.returnValue !== 'yes') return;
    confirmed = form;
    form.requestSubmit(button);
  };
  dialog.showModal();
}

// ---- keys: data-key="n" on a button or link, outside of fields; "?" lists them ----

function wordsOf(element) {
  const copy = element.cloneNode(true);
  copy.querySelectorAll('kbd').forEach(kbd => kbd.remove());
  return element.getAttribute('aria-label') ?? copy.textContent.trim();
}

function keyed() {
  return [...document.querySelectorAll('[data-key]:not(:disabled)')]
    .filter(element => element.getClientRects().length);
}

function showKeys() {
  const list = $('#keys_dialog dl');
  list.replaceChildren(...keyed().flatMap(element => {
    const key = document.createElement('kbd'), term = document.createElement('dt');
    const words = document.createElement('dd');
    key.textContent = element.dataset.key.toUpperCase();
    term.append(key);
    words.textContent = wordsOf(element);
    return [term, words];
  }));
  if (list.children.length) $('#keys_dialog').showModal();
}

document.addEventListener('keydown', event => {
  const field = event.target.closest?.('input, select, textarea, [contenteditable]');
  const command = event.ctrlKey || event.metaKey;
  if (event.key === 'Enter' && command && field?.matches('textarea')) {
    event.preventDefault();
    field.form?.requestSubmit();
  }
  if (field?.matches(':not([type=checkbox], [type=radio])') || event.isComposing) return;
  if (command || event.altKey || event.repeat || $('dialog[open]')) return;
  if (document.documentElement.dataset.keys === 'off') return;
  if (event.key === '?') return showKeys();
  const target = keyed().find(element => element.dataset.key === event.key.toLowerCase());
  if (!target) return;
  event.preventDefault();
  target.click();
});

// ---- after an invalid form: to the summary, or the first wrong field ----

function focusFault(root) {
  if ($('[autofocus]', root)) return;
  ($('.summary', root) ?? $('[aria-invalid=true]', root))?.focus();
}

document.addEventListener('htmx:after:swap', event => {
  if (event.detail.ctx.response?.status === 422) focusFault($('#main'));
});
focusFault($('#main'));

// ---- drop zone, and an upload that shows its progress (fetch has none, so XHR) ----

function sizeOf(bytes) {
  return bytes < 1e6 ? `${Math.ceil(bytes / 1e3)} KB` : `${(bytes / 1e6).toFixed(1)} MB`;
}

function showPicked(input) {
  const [file] = input.files, zone = input.closest('[data-drop]');
  $('.picked', zone).textContent = file ? `${file.name}, ${sizeOf(file.size)}` : '';
}

document.addEventListener('change', event => {
  if (event.target.matches('[data-drop] input[type=file]')) showPicked(event.target);
});

for (const type of ['dragover', 'dragleave', 'drop']) {
  document.addEventListener(type, event => {
    const zone = event.target.closest?.('[data-drop]');
    if (!zone) return;
    event.preventDefault();
    zone.classList.toggle('over', type === 'dragover');
    if (type !== 'drop' || !event.dataTransfer.files.length) return;
    const input = $('input[type=file]', zone);
    input.files = event.dataTransfer.files;
    showPicked(input);
  });
}

document.addEventListener('submit', event => {
  const form = event.target;
  if (event.defaultPrevented || !form.matches('[data-upload]')) return;
  if (!$('input[type=file]', form)?.files.length) return;
  event.preventDefault();
  if (form.getAttribute('aria-busy') !== 'true') upload(form, event.submitter);
});

function upload(form, button) {
  const progress = $('progress', form), request = new XMLHttpRequest();
  const busy = on => {
    form.setAttribute('aria-busy', on);
    progress.hidden = !on;
    if (button) button.disabled = on;
  };
  const body = new FormData(form);
  if (button?.name) body.append(button.name, button.value);
  request.open('POST', form.getAttribute('action') ?? '');
  request.setRequestHeader('X-Upload', '1');
  request.upload.onprogress = event => { progress.value = 100 * event.loaded / event.total; };
  request.upload.onload = () => progress.removeAttribute('value'); // sent; now the server works
  request.onload = () => {
    const next = request.getResponseHeader('HX-Redirect');
    if (next) return location.assign(next);
    busy(false);
    const page = new DOMParser().parseFromString(request.responseText, 'text/html');
    if (request.status === 422) return showAgain(form, page);
    toast($('main h1', page)?.textContent ?? document.body.dataset.noUpload);
  };
  request.onerror = () => {
    busy(false);
    toast(document.body.dataset.noUpload);
  };
  busy(true);
  request.send(body);
}

// The 422 page takes the place of this one; a file that was not the fault stays picked.
function showAgain(form, page) {
  const old = $('input[type=file]', form), main = document.adoptNode($('main', page));
  $('#main').replaceWith(main);
  window.htmx?.process(main);
  const input = main.querySelector(`#${CSS.escape(old.id)}`);
  if (input && input.getAttribute('aria-invalid') !== 'true') {
    input.files = old.files;
    showPicked(input);
  }
  focusFault(main);
}
})();
