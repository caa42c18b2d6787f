// A drop zone, and an upload that shows its progress (fetch has none, so XHR). Without this script the
// form is sent as any other.

(() => {
'use strict';

const $ = (selector, root = document) => root.querySelector(selector);
const say = text => document.dispatchEvent(new CustomEvent('say', { detail: text }));

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

document.querySelectorAll('[data-drop] input[type=file]').forEach(showPicked); // chosen before the script came

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
    say($('main h1', page)?.textContent ?? document.body.dataset.noUpload);
  };
  request.onerror = () => {
    busy(false);
    say(document.body.dataset.noUpload);
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
  document.dispatchEvent(new Event('refused'));
}
})();
