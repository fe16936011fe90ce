// Answers each change of the form without loading the page anew. Without scripts the form's buttons do the same.
import { readFragment, setForm, writeFragment } from "./form-state.js";
import { sendFeedback } from "./feedback.js";

const form = document.getElementById("try");
const results = document.getElementById("results");
const state = document.getElementById("state");
let latest = null; // the request that is under way: a newer one replaces it

async function judge() {
  latest?.abort();
  latest = new AbortController();
  const { signal } = latest;
  writeFragment(form);
  const data = new URLSearchParams(new FormData(form));
  data.set("part", "results");
  results.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch("/try", { method: "POST", body: data, headers: { Accept: "text/html" }, signal });
    const text = await answer.text();
    if (answer.ok) show(text);
    else tell(answer.status, text);
  } catch (error) {
    if (error.name === "AbortError") return;
    showFailure("The service does not answer. What is shown below is of the call before.");
  }
  results.removeAttribute("aria-busy");
}

// The service escapes every text in it; the page's policy lets no script in it run in any case.
function show(html) {
  const focused = document.activeElement?.id;
  const opened = new Set([...results.querySelectorAll("details[open] > summary")].map((one) => one.textContent));
  const parsed = new DOMParser().parseFromString(html, "text/html");
  results.replaceChildren(...parsed.body.childNodes);
  for (const summary of results.querySelectorAll("details > summary")) {
    if (opened.has(summary.textContent)) summary.parentElement.open = true;
  }
  if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
  const cards = results.querySelectorAll(".card").length;
  state.textContent = cards === 1 ? "1 card" : `${cards} cards`;
}

function tell(status, html) {
  const said = new DOMParser().parseFromString(html, "text/html").getElementById("error");
  showFailure(`Not judged (${status}): ${said?.textContent ?? "the answer does not say why"}`);
}

function showFailure(words) {
  const notice = document.createElement("p");
  notice.className = "notice alarm failure";
  notice.setAttribute("role", "alert");
  notice.textContent = words;
  const answer = results.querySelector(".answer");
  answer.querySelector(":scope > .failure")?.remove();
  answer.prepend(notice);
}

// Controls in the results belong to the form too, though they stand outside it, so the document listens.
document.addEventListener("change", (event) => {
  const control = event.target;
  if (control.form !== form || control.name.startsWith("reason.")) return;
  if (control.name === "request") form.elements.edited.checked = true;
  judge();
});

let typing = 0;
form.elements.note.addEventListener("input", () => {
  clearTimeout(typing);
  typing = setTimeout(judge, 300);
});

form.addEventListener("submit", (event) => {
  event.preventDefault();
  if (event.submitter?.name === "send") sendFeedback(event.submitter);
  else judge();
});

document.querySelector("[data-reset]").addEventListener("click", (event) => {
  event.preventDefault();
  history.replaceState(null, "", "/try");
  setForm(form);
  judge();
});

function restore() {
  if (readFragment(form)) judge();
}

addEventListener("hashchange", restore);
restore();
