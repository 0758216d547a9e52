// Keys for what can be reached with Tab and Enter too. Pages work without it.
const form = () => document.activeElement.closest("form.decide");
const stops = () => [...document.querySelectorAll("[data-stop]")];
const areOn = () => localStorage.getItem("single-keys") !== "off";

function move(by) {
  const all = stops();
  const here = all.findIndex((each) => each.contains(document.activeElement));
  const next = all[Math.max(0, Math.min(all.length - 1, here < 0 ? 0 : here + by))];
  next?.focus();
  next?.scrollIntoView({ block: "nearest" });
}

function openForm() {
  const all = stops();
  const here = all.find((each) => each.contains(document.activeElement));
  const found = [here, ...all].map((each) => each?.querySelector("form.decide")).find(Boolean);
  if (!found) return;
  found.closest("details")?.setAttribute("open", "");
  (found.querySelector("input:checked") ?? found.querySelector("input[type=radio]")).focus();
}

function choose(number) {
  const radio = form()?.querySelectorAll("input[type=radio]")[number - 1];
  if (!radio) return false;
  radio.checked = true;
  radio.dispatchEvent(new Event("input", { bubbles: true }));
  const isOther = radio.value === "other";
  (isOther ? form().elements.points : form().elements.reason).focus();
  return true;
}

function act(key) {
  if (key === "j") return move(1), true;
  if (key === "k") return move(-1), true;
  if (key === "e") return openForm(), true;
  if (/^[1-9]$/.test(key)) return choose(Number(key));
  const found = document.querySelector(`[aria-keyshortcuts="${CSS.escape(key)}"]`);
  if (!found) return false;
  found.matches("input") ? found.focus() : found.click();
  return true;
}

document.addEventListener("keydown", (event) => {
  const at = event.target;
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && form()) {
    form().requestSubmit(form().querySelector("button[value=keep]"));
    return;
  }
  if (event.key === "Escape") {
    const around = at.closest("[data-stop]");
    around ? around.focus() : at.blur();
    return;
  }
  const isTyping = at.matches("textarea, select, input:not([type=radio])");
  if (isTyping || event.ctrlKey || event.metaKey || event.altKey || !areOn()) return;
  if (act(event.key)) event.preventDefault();
});

// Points typed in the field are meant: its choice goes with it.
document.addEventListener("input", (event) => {
  const own = event.target.closest("form.decide");
  if (!own) return;
  own.dataset.typed = "yes";
  if (event.target.name === "points") own.querySelector("input[value=other]").checked = true;
});

// What is typed and not kept is not left behind unasked.
let isLeaving = false;
document.addEventListener("submit", () => (isLeaving = true));
addEventListener("beforeunload", (event) => {
  if (!isLeaving && document.querySelector("form.decide[data-typed]")) event.preventDefault();
});

const toggle = document.getElementById("single-keys");
if (toggle) {
  const show = () => toggle.setAttribute("aria-pressed", String(areOn()));
  toggle.hidden = false;
  toggle.addEventListener("click", () => {
    localStorage.setItem("single-keys", areOn() ? "off" : "on");
    show();
  });
  show();
}
document.querySelector("[data-first]")?.focus();
