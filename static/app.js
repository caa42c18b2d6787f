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
document.addEventListener('say', event => toast(event.detail)); // from other scripts

// ---- printing ----

document.querySelectorAll('[data-print]').forEach(button => {
  button.hidden = false;
  button.addEventListener('click', () => print());
});

// ---- of tabs that are wider than the page, the current one is in sight ----

document.querySelectorAll('.tabs > [aria-current]').forEach(({ parentElement: row, offsetLeft, offsetWidth }) => {
  row.scrollLeft = offsetLeft - row.offsetLeft - (row.clientWidth - offsetWidth) / 2;
});

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
  const fresh = $('[data-fresh]'); // what was just saved
  if (!fresh || !getSelection().isCollapsed) return; // focus would undo a double click's selection
  fresh.removeAttribute('data-fresh');
  fresh.focus();
});
document.addEventListener('refused', () => focusFault($('#main')));
focusFault($('#main'));
})();
