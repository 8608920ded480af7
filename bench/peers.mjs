// Hypercore and PouchDB as they come: `node peers.mjs hypercore|pouchdb COUNT SIZE FOLDER`; one line of JSON.
// SINERGI_PEERS names a folder in which `npm install hypercore@10 pouchdb@9 express@4 express-pouchdb` was run.
import { createRequire } from "node:module";
import net from "node:net";
import { once } from "node:events";

const need = createRequire(process.env.SINERGI_PEERS + "/");
const [what, count, size, folder] = [process.argv[2], +process.argv[3], +process.argv[4], process.argv[5]];
const rate = (from) => count / ((performance.now() - from) / 1000);
const tell = (answer) => { process.stdout.write(JSON.stringify(answer) + "\n"); process.exit(0); };

if (what === "hypercore") {
  const Hypercore = need("hypercore");
  const core = new Hypercore(folder + "/a");
  await core.ready();
  const block = Buffer.alloc(size, 120);
  let from = performance.now();
  for (let done = 0; done < count; done += 64) await core.append(Array(Math.min(64, count - done)).fill(block));
  const append = rate(from);
  const server = net.createServer((line) => { const s = core.replicate(false); s.pipe(line).pipe(s); });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const copy = new Hypercore(folder + "/b", core.key);
  await copy.ready();
  const line = net.connect(server.address().port, "127.0.0.1");
  const stream = copy.replicate(true);
  stream.pipe(line).pipe(stream);
  from = performance.now();
  await copy.download({ start: 0, end: count }).done();
  tell({ append, replicate: rate(from) });
} else {
  const PouchDB = need("pouchdb");
  const Served = PouchDB.defaults({ prefix: folder + "/" });
  const served = new Served("a");
  let from = performance.now();
  for (let done = 0; done < count; done += 500) {
    await served.bulkDocs(Array.from({ length: Math.min(500, count - done) }, (_, n) => ({ _id: `${done + n}`.padStart(9, "0"), a: "x".repeat(size) })));
  }
  const append = rate(from);
  const app = need("express")();
  app.use("/", need("express-pouchdb")(Served, { mode: "minimumForPouchDB", logPath: folder + "/log.txt" }));
  const server = app.listen(0, "127.0.0.1");
  await once(server, "listening");
  const far = new PouchDB(`http://127.0.0.1:${server.address().port}/a`);
  const copy = new PouchDB(folder + "/copy");
  from = performance.now();
  await copy.replicate.from(far, { batch_size: 256 });
  const replicate = rate(from);
  tell({ append, replicate });
}
