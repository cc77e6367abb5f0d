package bus

import (
	"strings"
)

const root = "tollgate."

// Feed is the subject of an account's events, from its gateway to the workers.
func Feed(account string) string { return root + "feed." + token(account) }

// Intents is the subject of one worker's intents, to the gateway of the account.
// EveryWorker as the worker subscribes to all.
func Intents(account, worker string) string { return of("intents", account, worker) }

// Beats is the subject of one worker's heartbeats.
func Beats(account, worker string) string { return of("beats", account, worker) }

// News is the subject of what one worker tells people.
func News(account, worker string) string { return of("news", account, worker) }

// GatewayControl is the subject at which an account's gateway serves commands.
func GatewayControl(account string) string { return root + "control." + token(account) }

// WorkerControl is the subject at which a worker serves commands.
func WorkerControl(account, worker string) string { return of("control", account, worker) }

// EveryWorker stands for all workers in a subject to subscribe to.
const EveryWorker = "*"

// WorkerOf is the name of the worker in a subject of Intents, Beats, News or
// WorkerControl.
func WorkerOf(subject string) (worker string, ok bool) {
	parts := strings.Split(subject, ".")
	if len(parts) != 4 || parts[0]+"." != root {
		return "", false
	}
	return untoken(parts[3])
}

func of(what, account, worker string) string {
	w := EveryWorker
	if worker != EveryWorker {
		w = token(worker)
	}
	return root + what + "." + token(account) + "." + w
}

const hexDigits = "0123456789ABCDEF"

// token makes any text one token of a subject: NATS gives a meaning to dots,
// spaces, wildcards and control characters, and has no empty tokens. Bytes other
// than letters, digits, "-" and "_" become %XX, an empty text "%". Different texts
// make different tokens.
func token(text string) string {
	if text == "" {
		return "%"
	}
	var b strings.Builder
	for i := range len(text) {
		c := text[i]
		if plain(c) {
			b.WriteByte(c)
		} else {
			b.Write([]byte{'%', hexDigits[c>>4], hexDigits[c&15]})
		}
	}
	return b.String()
}

func plain(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '_'
}

// untoken is the text that a token was made from; false for what token does not make.
func untoken(t string) (string, bool) {
	if t == "%" {
		return "", true
	}
	var b strings.Builder
	for i := 0; i < len(t); i++ {
		if t[i] != '%' {
			b.WriteByte(t[i])
			continue
		}
		if i+2 >= len(t) {
			return "", false
		}
		hi, lo := strings.IndexByte(hexDigits, t[i+1]), strings.IndexByte(hexDigits, t[i+2])
		if hi < 0 || lo < 0 {
			return "", false
		}
		b.WriteByte(byte(hi<<4 | lo))
		i += 2
	}
	text := b.String()
	return text, token(text) == t
}
