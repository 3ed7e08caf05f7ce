/* The record at the door: only the fields that matter, and a box to sign in. Works without. */
(() => {
  const form = document.querySelector('form[data-visit]');
  if (!form) return;
  const show = () => {
    const chosen = form.querySelector('[name=result]:checked');
    form.querySelectorAll('[data-for]').forEach(part => {
      part.hidden = !chosen || !part.dataset.for.split(' ').includes(chosen.value);
    });
  };
  form.addEventListener('change', show);
  show();

  const box = form.querySelector('[data-pad]'), canvas = box.querySelector('canvas');
  const field = form.querySelector('[name=signature]'), pen = canvas.getContext('2d');
  box.hidden = false;
  let drawn = false, last = null;
  const clear = () => {
    pen.fillStyle = '#fff';
    pen.fillRect(0, 0, canvas.width, canvas.height);
    drawn = false;
    field.value = '';
  };
  const place = e => {
    const r = canvas.getBoundingClientRect();
    return [(e.clientX - r.left) * canvas.width / r.width, (e.clientY - r.top) * canvas.height / r.height];
  };
  canvas.addEventListener('pointerdown', e => { last = place(e); canvas.setPointerCapture(e.pointerId); });
  canvas.addEventListener('pointermove', e => {
    if (!last) return;
    const now = place(e);
    pen.lineWidth = 4;
    pen.lineCap = 'round';
    pen.beginPath();
    pen.moveTo(...last);
    pen.lineTo(...now);
    pen.stroke();
    last = now;
    drawn = true;
  });
  canvas.addEventListener('pointerup', () => { last = null; if (drawn) field.value = canvas.toDataURL('image/png'); });
  box.querySelector('button').addEventListener('click', clear);
  clear();
})();
