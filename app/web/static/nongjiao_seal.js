// 密封报价：在报价人的浏览器里加密。与 verify/nongjiao_seal.py 同一格式；不依赖任何库，无须构建。
//
//   import { seal } from "/static/nongjiao_seal.js";
//   const { envelope, receipt } = await seal(lotKeyHex, { lot, bidder, rules }, amountFen);
//
// HPKE (RFC 9180), base mode: DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-256-GCM. 512 bytes padded, 560 sealed.

const PADDED = 512;
const MAX_FEN = 999999999999999;
const NAME = /^[A-Za-z0-9._:\/-]{1,100}$/;
const subtle = globalThis.crypto.subtle;
const utf8 = (text) => new TextEncoder().encode(text);
const hex = (bytes) => Array.from(bytes, (b) => b.toString(16).padStart(2, "0")).join("");

function unhex(text) {
  if (!/^([0-9a-f]{2})*$/.test(text)) throw new RangeError("须为小写十六进制");
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => parseInt(pair, 16));
}

function concat(...parts) {
  const all = new Uint8Array(parts.reduce((n, p) => n + p.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

const KEM_SUITE = concat(utf8("KEM"), Uint8Array.of(0, 0x20));
const HPKE_SUITE = concat(utf8("HPKE"), Uint8Array.of(0, 0x20, 0, 1, 0, 2));
const EMPTY = new Uint8Array(0);

async function hmac(key, data) {
  // An empty salt is 32 zero bytes to HMAC; WebCrypto takes no empty key.
  const imported = await subtle.importKey(
    "raw", key.length ? key : new Uint8Array(32), { name: "HMAC", hash: "SHA-256" }, false, ["sign"],
  );
  return new Uint8Array(await subtle.sign("HMAC", imported, data));
}

const extract = (suite, salt, label, ikm) => hmac(salt, concat(utf8("HPKE-v1"), suite, utf8(label), ikm));

async function expand(suite, prk, label, info, length) {
  // Never more than 32 bytes are asked for: one block of HKDF-Expand.
  const labeled = concat(Uint8Array.of(0, length), utf8("HPKE-v1"), suite, utf8(label), info, Uint8Array.of(1));
  return (await hmac(prk, labeled)).slice(0, length);
}

async function hpkeSeal(publicKey, info, plaintext) {
  const receiver = await subtle.importKey("raw", publicKey, { name: "X25519" }, false, []);
  const ephemeral = await subtle.generateKey({ name: "X25519" }, true, ["deriveBits"]);
  const enc = new Uint8Array(await subtle.exportKey("raw", ephemeral.publicKey));
  const shared = new Uint8Array(
    await subtle.deriveBits({ name: "X25519", public: receiver }, ephemeral.privateKey, 256),
  );
  if (shared.every((b) => b === 0)) throw new RangeError("标的公钥无效");
  const prk = await extract(KEM_SUITE, EMPTY, "eae_prk", shared);
  const secret0 = await expand(KEM_SUITE, prk, "shared_secret", concat(enc, publicKey), 32);
  const context = concat(
    Uint8Array.of(0),
    await extract(HPKE_SUITE, EMPTY, "psk_id_hash", EMPTY),
    await extract(HPKE_SUITE, EMPTY, "info_hash", info),
  );
  const secret = await extract(HPKE_SUITE, secret0, "secret", EMPTY);
  const key = await expand(HPKE_SUITE, secret, "key", context, 32);
  const iv = await expand(HPKE_SUITE, secret, "base_nonce", context, 12);
  const aes = await subtle.importKey("raw", key, "AES-GCM", false, ["encrypt"]);
  return concat(enc, new Uint8Array(await subtle.encrypt({ name: "AES-GCM", iv }, aes, plaintext)));
}

function infoOf(place) {
  for (const part of [place.lot, place.bidder, place.rules]) {
    if (typeof part !== "string" || !NAME.test(part)) throw new RangeError("标的、号牌、规则版本只能用字母、数字和 . _ : / -");
  }
  return utf8(`nongjiao-seal/1\n${place.lot}\n${place.bidder}\n${place.rules}`);
}

/** 承诺：SHA-256，十六进制。`receipt` is { amount_fen, nonce }. */
export async function commitment(place, receipt) {
  const said = concat(infoOf(place), utf8(`\n${receipt.amount_fen}\n${receipt.nonce}`));
  return hex(new Uint8Array(await subtle.digest("SHA-256", said)));
}

/** Seals an offer of integer fen to the lot's key (hex). The receipt stays with the bidder; only the envelope is sent. */
export async function seal(publicKeyHex, place, amountFen) {
  if (!Number.isSafeInteger(amountFen) || amountFen < 1 || amountFen > MAX_FEN) throw new RangeError("金额须为正整数分");
  const publicKey = unhex(publicKeyHex);
  if (publicKey.length !== 32) throw new RangeError("标的公钥须为32字节");
  const nonce = hex(globalThis.crypto.getRandomValues(new Uint8Array(32)));
  const receipt = { amount_fen: amountFen, nonce };
  const content = utf8(`{"amount_fen":${amountFen},"nonce":"${nonce}"}`);
  const padded = new Uint8Array(PADDED);
  padded.set(content);
  padded[content.length] = 0x80;
  const ciphertext = await hpkeSeal(publicKey, infoOf(place), padded);
  return { envelope: { ...place, ciphertext: hex(ciphertext), commitment: await commitment(place, receipt) }, receipt };
}
