// Draws the contract of the server that this page comes from, and makes the calls that it describes. Texts become text
// nodes alone: nothing of a contract, an answer or a token is read as HTML.

const JSON_TYPE = "application/json";
const PROBLEM_TYPE = "application/problem+json";
const COPY = "Paste (await authClient.token()).data.token.";

let contract;

// ---- drawing -------------------------------------------------------------------------------------------

/** An element; its content is texts, elements, and lists of these. */
function make(tag, content = [], properties = {}) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...[content].flat(Infinity));
  return element;
}

const note = (...content) => make("p", content, { className: "note" });
const code = (text) => make("code", text);
const folded = (title, content) => make("details", [make("summary", title), content]);

/** The contract's prose: `code`, **strong**, and nothing else of Markdown. */
function prose(text = "") {
  return text.split(/(`[^`]+`|\*\*[^*]+\*\*)/).map((part) => {
    if (part.startsWith("`")) return code(part.slice(1, -1));
    if (part.startsWith("**")) return make("strong", part.slice(2, -2));
    return part;
  });
}

function link(id, text) {
  return make("a", text, { href: `#${id}` });
}

/** One that opens and has an address: opened it is in the URL, and that URL opens it. */
function section(id, title, content) {
  const details = Object.assign(folded(make("h3", title), content), { id });
  details.addEventListener("toggle", () => {
    if (details.open) history.replaceState(null, "", `#${id}`);
    else if (location.hash === `#${id}`) history.replaceState(null, "", location.pathname);
  });
  return details;
}

function showWhatTheUrlNames() {
  const named = document.getElementById(location.hash.slice(1));
  if (named?.localName === "details") named.open = true;
  named?.scrollIntoView();
}

// ---- what the contract says ----------------------------------------------------------------------------

/** What a reference stands for, with what is written beside it. */
function resolve(value) {
  if (!value?.$ref) return value;
  const { $ref, ...beside } = value;
  const target = $ref
    .slice(2)
    .split("/")
    .reduce((place, name) => place[name], contract);
  return { ...resolve(target), ...beside };
}

function isListed(schema) {
  return schema.properties !== undefined;
}

const LIMITS = ["format", "minLength", "maxLength", "minimum", "maximum", "maxItems", "default"];

/** A schema in one line; one that has members by its name. */
function typeOf(schema) {
  const one = resolve(schema);
  const name = schema.$ref?.split("/").at(-1);
  if (name && isListed(one)) return [link(`schema-${name}`, name)];
  if (one.anyOf) return one.anyOf.flatMap((choice, at) => [at > 0 ? " or " : "", ...typeOf(choice)]);
  if (one.type === "array") return ["array of ", ...typeOf(one.items)];
  const values = one.enum ?? ("const" in one ? [one.const] : null);
  const members = one.properties ? ` of ${Object.keys(one.properties).join(", ")}` : "";
  const type = values ? values.join(", ") : [one.type].flat().join(" or ") + members;
  // Numbers that JavaScript would round are those of int64, which the format says.
  const limits = LIMITS.filter((limit) => limit in one && !(one[limit] > Number.MAX_SAFE_INTEGER));
  return [type, ...limits.map((limit) => `, ${limit} ${JSON.stringify(one[limit])}`)];
}

function schemaSection([name, schema]) {
  const members = Object.entries(schema.properties).map(([member, type]) => [
    make("dt", [code(member), schema.required?.includes(member) ? " (required) " : " ", typeOf(type)]),
    make("dd", prose(resolve(type).description)),
  ]);
  return section(`schema-${name}`, name, [make("p", prose(schema.description)), make("dl", members)]);
}

const examplesOf = (content) => Object.values(content?.examples ?? {}).map((example) => resolve(example).value);
const asText = (value) => (typeof value === "string" ? value : JSON.stringify(value, null, 2));

function problemList() {
  const problems = new Map();
  for (const { content } of Object.values(contract.components.responses)) {
    for (const problem of examplesOf(content?.[PROBLEM_TYPE])) problems.set(problem.code, problem);
  }
  const sorted = [...problems.values()].sort((one, other) => one.status - other.status);
  return sorted.map((problem) => [
    make("dt", [`${problem.status} `, code(problem.code)], { id: `problem-${problem.code}` }),
    make("dd", problem.title),
  ]);
}

/** What a call is answered: what it is for in full, and refusals by codes that are explained once, below. */
function answersOf(operation) {
  const answers = Object.entries(operation.responses).map(([status, answer]) => ({ status, ...resolve(answer) }));
  const isRefusal = ({ content }) => content?.[PROBLEM_TYPE] !== undefined;
  const given = answers.filter((answer) => !isRefusal(answer));
  const refused = answers.filter(isRefusal);
  return [
    make("h4", "Answers"),
    given.map(({ status, description, headers, content = {} }) => [
      make("p", [make("strong", status), " ", prose(description)]),
      note("Headers: ", Object.keys(headers).join(", ")),
      Object.values(content).map((one) => [
        make("p", ["Body: ", typeOf(one.schema)]),
        folded(
          "Example",
          examplesOf(one).map((example) => make("pre", asText(example))),
        ),
      ]),
    ]),
    folded(
      `Refused with ${refused.map(({ status }) => status).join(", ")}`,
      refused.map(({ status, content }) => {
        const codes = new Set(examplesOf(content[PROBLEM_TYPE]).map((problem) => problem.code));
        return make("p", [status, [...codes].map((one) => [" ", link(`problem-${one}`, one)])]);
      }),
    ),
  ];
}

// ---- who calls -----------------------------------------------------------------------------------------

const tokenField = document.getElementById("token");
const keyField = document.getElementById("api-key");
const said = document.getElementById("said");

/** Without its quotes and the scheme before it, which are easily copied along. */
function pastedToken() {
  return tokenField.value.trim().replace(/^Bearer\s+|^["']|["']$/gi, "");
}

/** By what a request shows whose it is; without any of these, a browser sends the session's cookie that it has. */
function credential() {
  const token = pastedToken();
  const key = keyField.value.trim();
  if (token) return { Authorization: `Bearer ${token}` };
  return key ? { "x-api-key": key } : {};
}

/** The claims of a token, which the server will verify; null when the text is not a JWT. */
function claimsOf(token) {
  const parts = token.split(".");
  try {
    const [header, claims] = parts
      .slice(0, 2)
      .map((part) => JSON.parse(atob(part.replaceAll("-", "+").replaceAll("_", "/"))));
    return parts.length === 3 && header.alg ? claims : null;
  } catch {
    return null;
  }
}

const SESSION_TOKEN = /^(\S*session_token=)?[a-z0-9]{32}((\.|%2E)\S*)?$/i;

/** What can be seen of a token before the server is asked, in one line. */
function judgement(token) {
  if (token === "") return "";
  const claims = claimsOf(token);
  if (!claims) {
    return `${SESSION_TOKEN.test(token) ? "This looks like a session token, not a JWT" : "This is not a JWT"}. ${COPY}`;
  }
  if (typeof claims.exp !== "number" || !claims.uuid) {
    return "This token lacks the claim exp or uuid: the API refuses it.";
  }
  const end = new Date(claims.exp * 1_000);
  if (end <= Date.now()) return `This token expired at ${end.toLocaleString("en")}. Copy a new one.`;
  return `Your user_id is filled in. This token expires at ${end.toLocaleString("en")}.`;
}

function fillIn(userId) {
  for (const field of document.querySelectorAll('input[name="user_id"]')) field.value = userId;
}

function lookAtToken() {
  keyField.value = "";
  const token = pastedToken();
  said.textContent = judgement(token);
  const userId = claimsOf(token)?.uuid;
  if (userId) fillIn(userId);
}

/** Whom the server takes the sender for. */
async function askWhoIAm(what) {
  tokenField.value = "";
  try {
    const answer = await fetch("api/v1/me", { headers: credential() });
    const body = await answer.json();
    if (!answer.ok) throw new Error(`${answer.status} ${body.code}`);
    fillIn(body.uuid);
    said.textContent = `The server accepts your ${what}. Your user_id is filled in.`;
  } catch (error) {
    said.textContent = `The server does not accept your ${what}: ${error.message}.`;
  }
}

tokenField.addEventListener("input", lookAtToken);
keyField.addEventListener("change", () => (keyField.value.trim() ? askWhoIAm("API key") : lookAtToken()));
document.getElementById("use-session").addEventListener("click", () => {
  keyField.value = "";
  askWhoIAm("session");
});

// ---- calls ---------------------------------------------------------------------------------------------

// What cannot be a segment of a path is not sent: a browser would take "." and ".." for other paths.
const SEGMENT = String.raw`\s*(?!\.{1,2}\s*$)\S.*`;

function fieldOf(parameter, operationId) {
  const { name, description, required = false } = parameter;
  const schema = resolve(parameter.schema);
  const described = `${operationId}-${name}`;
  const placeholder = schema.default ?? (schema.type === "array" ? "1, 2, …" : "");
  const values = ["", ...(schema.enum ?? [])].map((value) => make("option", value || "(not sent)", { value }));
  const field = schema.enum
    ? make("select", values, { name })
    : make("input", [], { name, required, autocomplete: "off", placeholder });
  if (parameter.in === "path") Object.assign(field, { pattern: SEGMENT, title: `${name} is part of the path` });
  field.setAttribute("aria-describedby", described);
  return [
    make("label", [code(name), required ? " (required) " : " ", field]),
    Object.assign(note(prose(description), " ", typeOf(parameter.schema)), { id: described }),
  ];
}

function bodyFields(requestBody) {
  const { schema, examples } = resolve(requestBody).content[JSON_TYPE];
  const names = Object.keys(examples).map((name) => make("option", name));
  const choice = make("select", names);
  const text = make("textarea", [], { name: "body", rows: 8, spellcheck: false });
  const take = () => {
    text.value = asText(examples[choice.value].value);
  };
  choice.addEventListener("change", take);
  take();
  return [make("p", ["Body: ", typeOf(schema)]), make("label", ["Example ", choice]), make("label", ["Body ", text])];
}

/** Path and query as they are filled in, relative to this page. */
function targetOf(path, parameters, form) {
  const query = new URLSearchParams();
  let target = path.slice(1);
  for (const parameter of parameters) {
    const { value } = form.elements.namedItem(parameter.name);
    if (parameter.in === "path") {
      target = target.replace(`{${parameter.name}}`, () => encodeURIComponent(value.trim()));
    } else if (value !== "") {
      const isList = resolve(parameter.schema).type === "array";
      for (const one of isList ? value.split(/[\s,]+/).filter(Boolean) : [value]) query.append(parameter.name, one);
    }
  }
  return query.size > 0 ? `${target}?${query}` : target;
}

/** A body, indented where that leaves its numbers as they are: ids may be larger than JavaScript's. */
function readable(text) {
  try {
    return JSON.stringify(
      JSON.parse(text, (_, value, { source }) => (typeof value === "number" ? JSON.rawJSON(source) : value)),
      null,
      2,
    );
  } catch {
    return text;
  }
}

/** What came back, or that nothing did. */
async function call(method, target, options) {
  try {
    const answer = await fetch(target, { method, ...options });
    const headers = [...answer.headers].map(([name, value]) => `${name}: ${value}`);
    return [
      make("p", make("strong", `${method} /${target} → ${answer.status} ${answer.statusText}`)),
      make("pre", headers.join("\n")),
      make("pre", readable(await answer.text())),
    ];
  } catch (error) {
    return [make("p", `${method} /${target} was not answered: ${error.message}.`)];
  }
}

/** A browser submits no form whose path has a gap: it says which field is to be filled in. */
function callForm(path, method, operation, parameters) {
  const isOpen = (operation.security ?? contract.security).length === 0;
  const execute = make("button", "Execute");
  const answer = make("div", [], { ariaLive: "polite" });
  const form = make("form", [
    parameters.map((parameter) => fieldOf(parameter, operation.operationId)),
    operation.requestBody ? bodyFields(operation.requestBody) : [],
    execute,
    answer,
  ]);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const target = targetOf(path, parameters, form);
    const headers = isOpen ? {} : credential();
    const body = form.elements.namedItem("body")?.value;
    if (body !== undefined) headers["Content-Type"] = JSON_TYPE;
    execute.disabled = true;
    answer.replaceChildren(...(await call(method, target, { headers, body })));
    execute.disabled = false;
  });
  return form;
}

function operationSection(path, method, operation, shared) {
  const parameters = [...shared, ...(operation.parameters ?? [])].map(resolve);
  const title = [
    make("span", method.toUpperCase(), { className: `method ${method}` }),
    code(path),
    make("span", prose(operation.summary), { className: "note" }),
  ];
  return section(operation.operationId, title, [
    make("p", prose(operation.description)),
    callForm(path, method.toUpperCase(), operation, parameters),
    answersOf(operation),
  ]);
}

function* operationsOf(tag) {
  for (const [path, { parameters = [], ...operations }] of Object.entries(contract.paths)) {
    for (const [method, operation] of Object.entries(operations)) {
      if (operation.tags.includes(tag)) yield operationSection(path, method, operation, parameters);
    }
  }
}

// ---- the page ------------------------------------------------------------------------------------------

function draw() {
  const into = (id, ...content) => document.getElementById(id).append(...content);
  for (const { name, description } of contract.tags) {
    const about = make("span", prose(description), { className: "note" });
    into("operations", make("h2", [name, " ", about]), ...operationsOf(name));
  }
  into("problems", make("dl", problemList()));
  const listed = Object.entries(contract.components.schemas).filter(([, schema]) => isListed(schema));
  into("schemas", ...listed.map(schemaSection));
  const paragraphs = contract.info.description.trim().split("\n\n");
  into("about", ...paragraphs.map((text) => make("p", prose(text))));
}

try {
  contract = await (await fetch("openapi.json")).json();
  draw();
  lookAtToken();
  addEventListener("hashchange", showWhatTheUrlNames);
  showWhatTheUrlNames();
} catch (error) {
  said.textContent = `The contract could not be shown: ${error.message}. Reload the page.`;
}
