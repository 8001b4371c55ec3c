/* Run by `test_clients`: `node_clients.cjs NAME KEY URL`; prints what the client made of our answers. */
const RUDE = "You are a stupid, worthless idiot.";
const KIND = "Thank you for the lovely photographs of the harbour.";

const clients = {
  async "perspective-api-client"(key) {
    const Perspective = require("perspective-api-client");
    const client = new Perspective({ apiKey: key });
    const scores = [];
    for (const text of [RUDE, KIND]) {
      const said = await client.analyze(text);
      scores.push(said.attributeScores.TOXICITY.summaryScore.value);
    }
    const error = await client.analyze(RUDE, { attributes: ["flirtation"] }).catch((refused) => refused.message);
    return { scores, error };
  },

  async "@conversationai/perspectiveapi-js-client"(key) {
    const { Client } = require("@conversationai/perspectiveapi-js-client");
    const client = new Client(key);
    const scores = [];
    for (const text of [RUDE, KIND]) scores.push((await client.getScores(text)).TOXICITY);
    return { scores };
  },

  async googleapis(key, url) {
    const { google } = require("googleapis");
    const discovered = await google.discoverAPI(`${url}/$discovery/rest?version=v1alpha1`);
    const scores = [];
    for (const text of [RUDE, KIND]) {
      const requestBody = { comment: { text }, requestedAttributes: { TOXICITY: {} } };
      const said = await discovered.comments.analyze({ key, requestBody });
      scores.push(said.data.attributeScores.TOXICITY.summaryScore.value);
    }
    const generated = google.commentanalyzer({ version: "v1alpha1", rootUrl: `${url}/` });
    const scored = { TOXICITY: { summaryScore: { value: 1 } } };
    const requestBody = { comment: { text: RUDE }, attributeScores: scored, clientToken: "t" };
    const suggested = await generated.comments.suggestscore({ key, requestBody });
    return { scores, token: suggested.data.clientToken };
  },
};

const [name, key, url] = process.argv.slice(2);
clients[name](key, url).then(
  (said) => process.stdout.write(JSON.stringify(said)),
  (error) => {
    process.stderr.write(`${error.stack}\n`);
    process.exit(1);
  },
);
