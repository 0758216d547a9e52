// Keeps the figures and the list fresh. Without it, the page is the same, and reloads by hand.
const EVERY = 5000;
const PARTS = ["figures", "deliveries", "as-of"];
const pause = document.getElementById("pause");
let paused = new URLSearchParams(location.search).has("after");

function show() {
  pause.hidden = false;
  pause.setAttribute("aria-pressed", String(!paused));
  pause.textContent = paused ? pause.dataset.paused : pause.dataset.live;
}

async function refresh() {
  const list = document.getElementById("deliveries");
  // Nothing moves under a finger, a pointer or the keyboard's focus.
  if (paused || document.hidden || list.matches(":hover, :focus-within")) return;
  const answer = await fetch(location.href, { headers: { accept: "text/html" } });
  if (!answer.ok || paused) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const id of PARTS) {
    const now = document.getElementById(id);
    const then = fresh.getElementById(id);
    if (then && now.innerHTML !== then.innerHTML) now.replaceChildren(...then.childNodes);
  }
}

pause.addEventListener("click", () => { paused = !paused; show(); refresh().catch(() => {}); });
show();
setInterval(() => refresh().catch(() => {}), EVERY);
