// The timeline follows what happens, and texts can be copied. Pages work without it.
const news = document.querySelector("#news[data-live]");

if (news) {
  let isFetching = false;
  let isStale = false;
  const follow = async () => {
    isStale = true;
    if (isFetching) return;
    isFetching = true;
    while (isStale) {
      isStale = false;
      const answer = await fetch(`/timeline${location.search}`).catch(() => null);
      if (answer?.ok) show(await answer.text());
      await new Promise((done) => setTimeout(done, 150));
    }
    isFetching = false;
  };
  const show = (text) => {
    // Whoever has a line of it in the hand keeps it.
    const held = news.contains(document.activeElement) ? document.activeElement.id : "";
    news.innerHTML = text;
    if (held) document.getElementById(held)?.focus();
  };
  const source = new EventSource("/changes");
  let first = true;
  source.addEventListener("message", () => {
    if (!first) follow();
    first = false;
  });
  addEventListener("pagehide", () => source.close());
}

for (const button of document.querySelectorAll("[data-copy]")) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(button.parentElement.querySelector("pre").textContent);
    button.textContent = button.dataset.copy;
  });
}

// A form that is on its way is not sent twice.
document.addEventListener("submit", (event) => {
  if (event.target.dataset.sent) event.preventDefault();
  if (event.target.method === "post") event.target.dataset.sent = "yes";
});
addEventListener("pageshow", () => {
  for (const form of document.forms) delete form.dataset.sent;
});
document.querySelector("[data-first]")?.focus();
