/* A large file is being worked on: show how far it is. Without this file a link does the same. */
(() => {
  const look = async () => {
    const here = document.querySelector('[data-progress]');
    if (!here) return;
    try {
      const text = await (await fetch(location.pathname)).text();
      const now = new DOMParser().parseFromString(text, 'text/html').querySelector('[data-progress]');
      if (!now) return location.reload();
      here.querySelector('progress').value = now.querySelector('progress').value;
      here.querySelector('.num').textContent = now.querySelector('.num').textContent;
    } catch (e) { /* no network: try again */ }
    setTimeout(look, 2000);
  };
  setTimeout(look, 2000);
})();
