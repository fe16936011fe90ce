// Sends what was answered to a card to the service's own feedback endpoint, as an EHR does (CDS Hooks 2.0, "Feedback").

export async function sendFeedback(button) {
  const card = button.closest(".card");
  const told = card.querySelector(".told");
  const [outcome, id, suggestion] = button.value.split(":");
  const item = { card: id, outcome, outcomeTimestamp: new Date().toISOString() };
  if (outcome === "accepted") item.acceptedSuggestions = [{ id: suggestion }];
  const reason = card.querySelector(".override select")?.selectedOptions[0];
  if (outcome === "overridden" && reason?.value) {
    item.overrideReason = { reason: { code: reason.value, system: reason.dataset.system } };
  }
  told.textContent = await post(`/cds-services/${card.dataset.service}/feedback`, { feedback: [item] }, outcome);
  card.classList.add("answered");
}

async function post(url, body, outcome) {
  try {
    const answer = await fetch(url, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
    });
    if (!answer.ok) return `The service did not take the feedback (${answer.status}).`;
    const { stored } = await answer.json();
    if (!stored) return "The service has this feedback already.";
    return outcome === "accepted"
      ? "Accepted: an EHR would now make these changes. The service has stored the feedback."
      : "Overridden: the service has stored the feedback.";
  } catch {
    return "The service does not answer.";
  }
}
