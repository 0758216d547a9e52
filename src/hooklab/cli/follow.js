// Keeps the page up to date. Only its content is exchanged, so that it stays where it is scrolled to,
// and what somebody has folded stays folded.
let shown = null;
new EventSource("changes").onmessage = async ({ data }) => {
  if (data === shown) return;
  shown = data;
  const text = await (await fetch("/")).text();
  const fresh = new DOMParser().parseFromString(text, "text/html");
  for (const old of document.querySelectorAll("article details")) {
    const same = fresh.querySelector(`#${old.closest("article").id} details.${old.className}`);
    if (same) same.open = old.open;
  }
  document.title = fresh.title;
  document.querySelector("main").replaceWith(fresh.querySelector("main"));
};
