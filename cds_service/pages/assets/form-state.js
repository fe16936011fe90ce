// Keeps what was chosen in the fragment of the address, which browsers never send to a server.

function controlsOf(form) {
  return [...form.elements].filter((one) => one.name && one.type !== "submit" && !one.name.startsWith("reason."));
}

function isDefault(control) {
  if (control.type === "checkbox") return !control.checked;
  if (control.name === "weeks") return control.value === "12";
  if (control.name === "age") return control.value === "60";
  if (control.tagName === "SELECT") return control.selectedIndex === 0;
  return control.value === "";
}

export function writeFragment(form) {
  const chosen = new URLSearchParams();
  const isEdited = form.elements.edited.checked;
  for (const control of controlsOf(form)) {
    if (control.name === "request" && !isEdited) continue; // it follows from the other choices
    if (!isDefault(control)) chosen.append(control.name, control.value);
  }
  const text = chosen.toString();
  history.replaceState(null, "", text ? `#${text}` : location.pathname + location.search);
}

// Sets the form as the fragment says, and returns whether that changed anything. Without one, the form stays.
export function readFragment(form) {
  return location.hash ? setForm(form) : false;
}

// Sets the form as the fragment says, or as on a fresh page if there is none.
export function setForm(form) {
  const chosen = new URLSearchParams(location.hash.slice(1));
  let isChanged = false;
  for (const control of controlsOf(form)) {
    const values = chosen.getAll(control.name);
    if (control.type === "checkbox") {
      const isChecked = values.includes(control.value);
      isChanged ||= control.checked !== isChecked;
      control.checked = isChecked;
      if (isChecked) unfold(control);
    } else if (values.length || control.name !== "request") {
      const value = values[0] ?? defaultOf(control);
      isChanged ||= control.value !== value;
      control.value = value;
    }
  }
  return isChanged;
}

function unfold(control) {
  const details = control.closest("details");
  if (details) details.open = true;
}

function defaultOf(control) {
  if (control.name === "weeks") return "12";
  if (control.name === "age") return "60";
  return control.tagName === "SELECT" ? control.options[0].value : "";
}
