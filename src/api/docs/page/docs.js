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
 * The contract, made ready for calls. The viewer fills examples in as values: of the query they would filter all of
 * one's tasks away, and that of the user would be somebody else. Without a user, theirs is left to be filled in.
 */
function forCalls(contract, userId) {
  for (const parameter of parametersOf(contract)) {
    if (parameter.in === "query") delete parameter.example;
  }
  const user = contract.components.parameters.UserId;
  if (userId) user.example = userId;
  else delete user.example;
  return contract;
}

/** The user of a token, which the server will verify; nothing when the text is no token. */
function userOf(token) {
  try {
    return JSON.parse(atob(token.split(".")[1].replaceAll("-", "+").replaceAll("_", "/"))).uuid;
  } catch {
    return undefined;
  }
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
          const contract = system.specSelectors.specJson().toJS();
          system.specActions.updateJsonSpec(contract, userOf(authorizations.bearerAuth.value));
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

window.SwaggerUIBundle({
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
