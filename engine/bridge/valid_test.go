package bridge

import (
	"encoding/json"
	"strings"
	"testing"
)

var validSeeds = []string{
	``, ` `, `{}`, `[]`, ` { } `, "\t[\n]\r ", `{"a":1}`, `{"a":1,"b":[1,2,{"c":null}]}`, `{"a":1,}`, `{,}`, `[1,]`, `[,1]`, `[1 2]`, `{"a" 1}`, `{"a":}`, `{a:1}`, `{"a":1`, `[1`, `{"a"`,
	`{"type":"marketData","quotes":[{"instrument":"ES 12-26","last":6802.75,"bid":6802.50,"ask":6802.75,"volume":265113}]}`,
	`0`, `-0`, `-`, `01`, `-01`, `1.`, `.5`, `1.5`, `1e5`, `1E+5`, `1e-5`, `1e`, `1e+`, `1.e5`, `+1`, `0x1`, `1 1`, `0.0e0`, `00`, `1-`, `--1`,
	`true`, `false`, `null`, `tru`, `truee`, `nul`, `True`, `true false`,
	`""`, `"a`, `"\n"`, "\"\n\"", `"\u00e9"`, `"\u00g9"`, `"\u12"`, `"\x"`, `"\`, `"\"`, `"\\"`, "\"\x7f\xff\x80\"", "\"\x1f\"", `"\/\b\f\n\r\t"`,
	"{\"a\":1}\x00", `{"a":1}}`, `]`, `}`, `[}`, `{]`, `{"a":1]`, `[1}`, "\ufeff{}",
}

func TestValid(t *testing.T) {
	for _, s := range validSeeds {
		if got, want := valid([]byte(s)), json.Valid([]byte(s)); got != want {
			t.Errorf("valid(%q) is %t", s, got)
		}
	}
	for _, n := range []int{maxNesting - 1, maxNesting, maxNesting + 1} {
		for _, s := range []string{
			strings.Repeat("[", n) + strings.Repeat("]", n),
			strings.Repeat(`{"a":`, n) + "1" + strings.Repeat("}", n),
			strings.Repeat("[", n),
		} {
			if got, want := valid([]byte(s)), json.Valid([]byte(s)); got != want {
				t.Errorf("%d deep: valid is %t", n, got)
			}
		}
	}
}

// FuzzValid: what is JSON to encoding/json is JSON to us, and nothing else is.
func FuzzValid(f *testing.F) {
	for _, s := range validSeeds {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if got, want := valid(b), json.Valid(b); got != want {
			t.Fatalf("valid(%q) is %t", b, got)
		}
	})
}
