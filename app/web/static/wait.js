/* A file is being made: look again every few seconds. Without this file a link does the same. */
(() => {
  let looks = 0;
  const look = async () => {
    if (++looks > 40) return;
    try {
      const text = await (await fetch(location.pathname)).text();
      if (text.indexOf('data-wait') < 0) return location.reload();
    } catch (e) { /* no network: try again */ }
    setTimeout(look, 3000);
  };
  setTimeout(look, 3000);
})();
