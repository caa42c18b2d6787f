// The red pen: gestures that point at a place on a page, and autosave. The server makes rectangles
// and a quote of line, sel and box; only the pointer is measured here. Keys: data-key in app.js.

const root = document.documentElement;
const one = (selector, within = document) => within.querySelector(selector);
const all = (selector, within = document) => [...within.querySelectorAll(selector)];
const on = (names, act) => names.split(' ').forEach(name => document.addEventListener(name, act));
const sheetOf = node => (node.closest ? node : node.parentElement).closest('.markable');

root.classList.add('pen-live'); // shows the buttons that need this script

// ---- the composer ----

let cameFrom; // had the focus before the composer

/** Ask for the composer at {line: 12}, {sel: '12:3-20;13:0-8'} or {box: 'x0,y0,x1,y1'}. */
function open(sheet, place) {
  const values = { page: sheet.dataset.page, ...place }; // the composer's own hx-swap applies
  htmx.ajax('GET', one('[data-mark]').dataset.mark, { source: '#composer', values });
}

function close() {
  one('#composer').replaceChildren();
  aim();
  cameFrom?.focus();
}

/** Show where the composer points, and keep that in view above a phone's composer. */
function aim() {
  all('.aimed').forEach(line => line.classList.remove('aimed'));
  one('.drawn')?.remove();
  const form = one('#composer form');
  const { page, line, sel, box } = form ? Object.fromEntries(new FormData(form)) : {};
  const sheet = one(`#page_${page}`);
  if (!sheet) return;
  const lines = (sel ?? line ?? '').split(';').flatMap(part => all(`[data-line="${parseInt(part)}"]`, sheet));
  lines.forEach(element => element.classList.add('aimed'));
  const last = box ? draw(sheet, box.split(',')) : lines.at(-1);
  const hidden = last?.getBoundingClientRect().bottom + 24 - form.getBoundingClientRect().top;
  if (hidden > 0 && getComputedStyle(form.parentElement).position === 'fixed') scrollBy(0, hidden);
}

on('htmx:before:swap', ({ detail: { tasks } }) => {
  const old = one('#composer form');
  if (!old) cameFrom = document.activeElement;
  const next = tasks.map(({ fragment }) => one('#composer form', fragment)).find(Boolean);
  if (!old || !next || old.dataset.editing || next.dataset.editing) return;
  next.elements.body.value ||= old.elements.body.value; // words move along to another place
  next.elements.kind.value = old.elements.kind.value;
});

on('htmx:after:swap', ({ detail: { ctx } }) => {
  aim();
  if (ctx.target.id === 'composer' && getSelection().isCollapsed) one('#composer textarea')?.focus();
});

// ---- selected text ----

/** The selection on a page as 'line:start-end;…', in UTF-16 units, end exclusive. */
function selected(range, sheet) {
  return all('[data-line]', sheet).flatMap(line => {
    const letters = one('text', line).firstChild;
    const start = letters === range.startContainer ? range.startOffset : 0;
    const end = letters === range.endContainer ? range.endOffset : letters?.length;
    return end > start && range.intersectsNode(letters) ? `${line.dataset.line}:${start}-${end}` : [];
  }).join(';');
}

function offerSelection(button) {
  const range = getSelection().isCollapsed ? null : getSelection().getRangeAt(0);
  const sheet = range && sheetOf(range.startContainer);
  button.value = sheet ? selected(range, sheet) : '';
  button.hidden = !button.value;
  if (button.hidden) return;
  const leaf = one('.leaf', sheet);
  const frame = leaf.getBoundingClientRect(), { left, top } = range.getBoundingClientRect();
  leaf.append(button);
  button.style.left = `${left - frame.left}px`;
  button.style.top = `${top - frame.top}px`;
}

let settling;
on('selectionchange', () => {
  clearTimeout(settling);
  const button = one('#mark_selection');
  if (button) settling = setTimeout(offerSelection, 180, button);
});

// ---- a box ----

let drag; // {sheet, from: [x, y], box: [x0, y0, x1, y1]} in points
let hadSelection; // then a press only puts the selection away
const boxing = () => root.classList.contains('boxing');

function setBoxing(yes) {
  root.classList.toggle('boxing', yes);
  all('[data-tool]').forEach(button => button.setAttribute('aria-pressed', yes === (button.dataset.tool === 'box')));
}

function draw(sheet, [x, y, right, bottom]) {
  const rect = one('.drawn') ?? document.createElementNS('http://www.w3.org/2000/svg', 'rect');
  const shape = { class: 'drawn', x, y, width: right - x, height: bottom - y };
  for (const name in shape) rect.setAttribute(name, shape[name]);
  one('.letters', sheet).append(rect);
  return rect;
}

/** Where the pointer is on the page, in points. */
function point(sheet, { clientX, clientY }) {
  const { left, top, width, height } = one('.letters', sheet).getBoundingClientRect();
  const inside = share => Math.max(0, Math.min(share, 1));
  return [inside((clientX - left) / width) * sheet.dataset.width,
    inside((clientY - top) / height) * sheet.dataset.height];
}

function dropBox() {
  drag = null;
  aim();
}

on('pointerdown', event => {
  hadSelection = !getSelection().isCollapsed;
  const sheet = boxing() && event.isPrimary && sheetOf(event.target);
  if (sheet || event.target.id === 'mark_selection') event.preventDefault(); // keeps the selection
  if (!sheet) return;
  one('.leaf', sheet).setPointerCapture(event.pointerId);
  drag = { sheet, from: point(sheet, event), box: [0, 0, 0, 0] };
});
on('pointermove', event => {
  if (!drag || !event.isPrimary) return;
  const [ax, ay] = drag.from, [bx, by] = point(drag.sheet, event);
  drag.box = [Math.min(ax, bx), Math.min(ay, by), Math.max(ax, bx), Math.max(ay, by)];
  draw(drag.sheet, drag.box);
});
on('pointerup', () => {
  if (!drag) return;
  const { sheet, box: [x0, y0, x1, y1] } = drag;
  dropBox();
  if (x1 - x0 < 6 || y1 - y0 < 4) return; // a slip of the hand
  setBoxing(false);
  open(sheet, { box: [x0, y0, x1, y1].map(edge => edge.toFixed(1)).join() });
});
on('pointercancel', dropBox);

// ---- taps, buttons, Esc ----

/** The id of the mark at an event, by its card or its place; the letters lie over the marks. */
const markAt = ({ target, clientX: x, clientY: y }) => [target, ...x ? document.elementsFromPoint(x, y) : []]
  .map(element => element.closest('[data-of]')?.dataset.of).find(Boolean);

function tapLine(line, event) {
  if (hadSelection || event.detail > 1) return;
  const mark = markAt(event);
  if (mark) one(`#card_${mark}`)?.focus();
  else if (sheetOf(line) && getSelection().isCollapsed) open(sheetOf(line), { line: line.dataset.line });
}

function insert({ dataset }) {
  const text = one('#composer textarea');
  const alone = !text.value.slice(0, text.selectionStart).trim();
  text.setRangeText(alone ? dataset.phrase : `\n${dataset.phrase}`, text.selectionStart, text.selectionEnd, 'end');
  text.focus();
  text.dispatchEvent(new Event('input', { bubbles: true }));
}

/** To the next (1) or previous (-1) card and its mark. */
function step({ dataset }) {
  const cards = all('.mark-card'), here = cards.indexOf(document.activeElement.closest('.mark-card'));
  const by = Number(dataset.step), card = cards.at(here < 0 ? Math.min(by - 1, 0) : (here + by) % cards.length);
  if (!card) return;
  one(`#mark_${card.dataset.of}`)?.scrollIntoView({ block: 'center' });
  card.focus();
}

const presses = {
  '[data-tool]': ({ dataset }) => setBoxing(dataset.tool === 'box' && !boxing()),
  '[data-step]': step,
  '[data-phrase]': insert,
  '[data-cancel]': close,
  '#mark_selection': button => {
    open(sheetOf(button), { sel: button.value });
    getSelection().removeAllRanges();
  },
  '[data-line]': tapLine,
};

on('click', event => {
  for (const selector in presses) {
    const element = event.target.closest(selector);
    if (!element) continue;
    event.preventDefault();
    return presses[selector](element, event);
  }
});

on('keydown', event => {
  if (event.key !== 'Escape' || event.isComposing || one('dialog[open]')) return;
  const text = one('#composer textarea');
  if (drag) dropBox();
  else if (boxing()) setBoxing(false);
  else if (text) text.value === text.defaultValue ? close() : one('[data-cancel]').focus();
});

on('pointerover focusin', event => {
  const lit = [markAt(event), document.activeElement.dataset.of];
  all('[data-of]').forEach(element => element.classList.toggle('lit', lit.includes(element.dataset.of)));
});

// ---- autosave: forms with data-autosave ----

const drafts = new Map(); // form -> {dirty, sending, stopped, timer}

function saveSoon(form, wait) {
  const draft = drafts.get(form) ?? drafts.set(form, {}).get(form);
  draft.dirty = true;
  clearTimeout(draft.timer);
  draft.timer = setTimeout(save, wait, form);
}

async function save(form) {
  const draft = drafts.get(form);
  if (!draft?.dirty || draft.stopped || draft.sending || !form.isConnected) return;
  draft.dirty = false;
  draft.sending = true;
  const body = new URLSearchParams(new FormData(form)), headers = { 'X-CSRFToken': body.get('csrf_token') };
  const request = { method: 'POST', body, headers, keepalive: true }; // alive when the page is left
  const response = await fetch(form.dataset.autosave, request).catch(() => null);
  const { saved, until, error } = await response?.json().catch(() => null) ?? {};
  if (!drafts.has(form)) return; // the form itself was sent meanwhile
  const line = one('[data-saved]', form);
  line.textContent = saved ? line.dataset.template.replace('{time}', saved) : error ?? line.dataset.failed;
  if (until) all('[data-until]').forEach(element => { element.textContent = until; });
  draft.sending = false;
  draft.stopped = [401, 403, 409].includes(response?.status);
  if (!response || response.status >= 500) saveSoon(form, 5000);
  else if (draft.dirty) saveSoon(form, 0);
}

const saveAll = () => [...drafts.keys()].forEach(save);

on('input', ({ target: { form } }) => { if (form?.dataset.autosave) saveSoon(form, 800); });
on('focusout visibilitychange', saveAll);
addEventListener('pagehide', saveAll);
on('submit', ({ target }) => drafts.delete(target));

aim();
one('#composer textarea')?.focus();
