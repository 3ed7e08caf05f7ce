/* A photo is made smaller on the phone before it is sent: less to pay for, and neither place nor
   time goes along. Whatever does not work here, the server does. */
(() => {
  const SIDE = 1600, QUALITY = 0.82;
  const form = document.querySelector('[data-photo]');
  if (!form || !window.createImageBitmap || !window.DataTransfer) return;
  const input = form.querySelector('[type=file]'), status = form.querySelector('[data-status]');

  async function smaller(file) {
    const bitmap = await createImageBitmap(file, { imageOrientation: 'from-image' });
    const scale = Math.min(1, SIDE / Math.max(bitmap.width, bitmap.height));
    const canvas = document.createElement('canvas');
    canvas.width = Math.max(1, Math.round(bitmap.width * scale));
    canvas.height = Math.max(1, Math.round(bitmap.height * scale));
    const pen = canvas.getContext('2d');
    pen.fillStyle = '#fff';
    pen.fillRect(0, 0, canvas.width, canvas.height);
    pen.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
    bitmap.close();
    const blob = await new Promise(done => canvas.toBlob(done, 'image/jpeg', QUALITY));
    return new File([blob], 'photo.jpg', { type: 'image/jpeg' });
  }

  let sending = false;
  async function send() {
    if (sending) return;
    sending = true;
    status.textContent = form.dataset.busy;
    try {
      const bag = new DataTransfer();
      bag.items.add(await smaller(input.files[0]));
      input.files = bag.files;
    } catch (e) { /* sent as it is */ }
    form.submit();
  }
  form.addEventListener('submit', e => {
    if (!input.files.length) return;
    e.preventDefault();
    send();
  });
  input.addEventListener('change', () => { if (input.files.length) send(); });
  addEventListener('pageshow', () => { sending = false; status.textContent = ''; });
})();
