// Starts the viewer on the contract of the server that this page comes from.

// The viewer has dark colours, but follows the system only in a layout that also lets one load other documents.
const prefersDark = window.matchMedia("(prefers-color-scheme: dark)");
const followSystem = () => document.documentElement.classList.toggle("dark-mode", prefersDark.matches);
prefersDark.addEventListener("change", followSystem);
followSystem();

/** Every parameter of the contract, in the place where it is written. */
function* parametersOf(contract) {
  yield* Object.values(contract.components.parameters);
  for (const path of Object.values(contract.paths)) {
    for (const operation of Object.values(path)) yield* operation.parameters ?? [];
  }
}

/**
 * The contract, made ready for calls. A browser sends the session's cookie by itself and lets no page set one, so there is
 * nothing to fill in for it. The viewer fills examples in as values: of the query they would filter all of
 * one's tasks away, and that of the user would be somebody else. Without a user, theirs is left to be filled in.
 */
function forCalls(contract, userId) {
  delete contract.components.securitySchemes.sessionCookie;
  contract.security = contract.security.filter((one) => !one.sessionCookie);
  for (const parameter of parametersOf(contract)) {
    if (parameter.in === "query") delete parameter.example;
  }
  const user = contract.components.parameters.UserId;
  if (userId) user.example = userId;
  else delete user.example;
  return contract;
}

/** The claims of a token, which the server will verify; none when the text is not a token. */
function claimsOf(token) {
  try {
    return JSON.parse(atob(token.split(".")[1].replaceAll("-", "+").replaceAll("_", "/")));
  } catch {
    return {};
  }
}

const said = document.getElementById("session");

/** A token that is pasted late is refused at each call, and the viewer itself would not say so before. */
function sayWhenExpired({ exp }) {
  const isOver = typeof exp === "number" && exp * 1_000 <= Date.now();
  const when = () => new Date(exp * 1_000).toLocaleTimeString("en");
  said.textContent = isOver ? `This token expired at ${when()}. Copy a new one.` : "";
}

/** Whom the server takes the sender for: by these headers, or without any by the cookie that the browser has. */
async function askWhoIAm(headers) {
  const answer = await fetch("api/v1/me", { headers });
  const body = await answer.json();
  if (!answer.ok) throw new Error(`${answer.status} ${body.code}`);
  return body.uuid;
}

function fillIn(system, userId) {
  system.specActions.updateJsonSpec(system.specSelectors.specJson().toJS(), userId);
}

const callable = () => ({
  statePlugins: {
    spec: {
      wrapActions: {
        updateJsonSpec: (update) => (contract, userId) => update(forCalls(contract, userId)),
      },
    },
    auth: {
      wrapActions: {
        authorize: (authorize, system) => (authorizations) => {
          const { bearerAuth, apiKey } = authorizations;
          const claims = claimsOf(bearerAuth?.value);
          if (bearerAuth) sayWhenExpired(claims);
          if (bearerAuth) fillIn(system, claims.uuid);
          else if (apiKey) askWhoIAm({ "x-api-key": apiKey.value }).then((user) => fillIn(system, user), console.warn);
          return authorize(authorizations);
        },
      },
    },
  },
});

/** What the viewer leaves without a name, or out of the keyboard's reach. */
const additions = [
  [".examples-select-element", "aria-label", "Example"],
  [".body-param__text", "aria-label", "Body"],
  [".parameters-col_description select", "aria-label", "Value"],
  [".content-type", "aria-label", "Media type"],
  [".close-modal", "aria-label", "Close dialog"],
  [".microlight", "tabindex", "0"], // an example that is wider than the screen
];

function complete() {
  for (const [selector, attribute, value] of additions) {
    for (const element of document.querySelectorAll(`${selector}:not([${attribute}])`)) {
      element.setAttribute(attribute, value);
    }
  }
}
new MutationObserver(complete).observe(document.getElementById("contract"), { childList: true, subtree: true });

const viewer = window.SwaggerUIBundle({
  url: "openapi.json",
  dom_id: "#contract",
  plugins: [callable],
  tryItOutEnabled: true,
  // A token is a key to somebody's tasks: it stays in the memory of this page.
  persistAuthorization: false,
  deepLinking: false,
  // Left out, it is a validator on the internet that is told where the contract is.
  validatorUrl: null,
  // Schemas are listed, and opened one by one.
  defaultModelsExpandDepth: 0,
});

document.getElementById("use-session").addEventListener("click", async () => {
  try {
    fillIn(viewer.getSystem(), await askWhoIAm());
    said.textContent = "The server takes your session. Your user_id is filled in.";
  } catch (error) {
    said.textContent = `The server does not accept your session: ${error.message}.`;
  }
});
