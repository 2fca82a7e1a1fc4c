// Follow the atlas: print every change since a revision, with the study's badge and retraction as they are now.
// node api.mjs https://atlas.example.org 0

const [atlas, since] = process.argv.slice(2);

async function get(address) {
  const answer = await fetch(address, { headers: { Accept: "application/json" } });
  const data = await answer.json();
  if (!answer.ok) throw new Error(`${data.title}: ${data.detail}`);
  return data;
}

async function* changes(from) {
  let page;
  let address = `${atlas}/api/v1/changes?since=${from}`;
  do {
    page = await get(address);
    yield* page.changes;
    address = page.next;
  } while (page.more);
}

let last = since;
for await (const { study, revision } of changes(since)) {
  console.log(`${revision.sequence} ${revision.kind.label}: ${study.title}`);
  console.log(`  now: ${study.pem.label}; ${study.retraction.label}`);
  last = revision.sequence;
}
console.log(`Ask again with ${last}.`);
