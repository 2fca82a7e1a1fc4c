// Reads references on standard input with citation-js, whose file is named as the first argument, and writes them as CSL-JSON.
// The library is made for a page: it gets a room with what a page would have, and nothing of the machine.
const fs = require("fs");
const vm = require("vm");

const silent = { log() {}, warn() {}, error() {}, info() {} };
const room = vm.createContext({ console: silent, setTimeout, clearTimeout, URL, URLSearchParams, TextEncoder, TextDecoder });
const library = fs.readFileSync(process.argv[2], "utf8");
vm.runInContext(`var window = this, self = this, global = this; ${library}`, room);
const Cite = room.require("citation-js");
const found = new Cite(fs.readFileSync(0, "utf8")).format("data", { format: "object" });
process.stdout.write(JSON.stringify(found));
