// Sends what the form has, with the token of the link, to the operation that the form names.
"use strict";

const form = document.querySelector("form");
const fields = [...form.querySelectorAll("input[name]")];
const button = form.querySelector("button");
const problem = document.getElementById("problem");
const done = document.getElementById("done");
const show = document.getElementById("show");

// What stands after "#" is sent to no server with the address, and so is in no log.
const token = location.hash.slice(1);

const element = (name, text) => {
  const made = document.createElement(name);
  made.textContent = text;
  return made;
};

const say = (...texts) => problem.replaceChildren(...texts.map((text) => element("p", text)));

const refuse = ({ title, detail, errors }) => {
  // The errors of the fields are more precise than the general advice about fields.
  if (errors.length > 0) say(title);
  else say(title, detail);
  const list = document.createElement("ul");
  for (const field of fields) field.setAttribute("aria-invalid", "false");
  for (const error of errors) {
    const field = fields.find(({ name }) => `/${name}` === error.pointer);
    field?.setAttribute("aria-invalid", "true");
    const label = field ? `${field.labels[0].textContent}: ` : "";
    list.append(element("li", label + error.detail));
  }
  if (errors.length > 0) problem.append(list);
  form.querySelector("[aria-invalid=true]")?.focus();
};

const finish = () => {
  // The link is used up; it need not stay in the browser's history.
  history.replaceState(null, "", location.pathname);
  form.reset();
  form.hidden = true;
  done.hidden = false;
  done.focus();
};

const send = () => {
  const filled = [...new FormData(form)].filter(([, value]) => value !== "");
  return fetch(form.dataset.operation, {
    method: "POST",
    headers: {
      "Content-Type": "application/json",
      "Accept-Language": document.documentElement.lang,
    },
    body: JSON.stringify({ token, ...Object.fromEntries(filled) }),
  });
};

const busy = (is) => button.setAttribute("aria-disabled", String(is));

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  if (button.getAttribute("aria-disabled") === "true") return;
  busy(true);
  problem.replaceChildren();
  try {
    const answer = await send();
    if (answer.ok) finish();
    else refuse(await answer.json());
  } catch {
    // No answer, or none of FastOps: something between here and there failed.
    say(form.dataset.unreachable);
  } finally {
    busy(false);
  }
});

show?.addEventListener("change", () => {
  for (const field of fields) field.type = show.checked ? "text" : "password";
});

// Another link that is opened in this page changes nothing but what stands after "#".
addEventListener("hashchange", () => location.reload());

if (token === "") {
  say(form.dataset.incomplete);
  button.hidden = true;
}
