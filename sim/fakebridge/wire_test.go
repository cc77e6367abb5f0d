package fakebridge

import (
	"strings"
	"testing"
)

func TestParse(t *testing.T) {
	m := parse([]byte(`{"action":"rpc","id":"q","api":"GetOrder","args":{"limitPrice":25080.10,"flag":true},"future":[1]}`), true)
	if m.Bad != "" || m.ID != "q" || m.API != "GetOrder" || m.Args["flag"] != true {
		t.Errorf("%+v", m)
	}
	for frame, want := range map[string]string{
		``: "Invalid JSON", `nonsense`: "Invalid JSON", `[]`: "Invalid JSON: a message must be an object, not array", `{"action":"rpc"} {}`: "Invalid JSON",
		`{}`: "action is required", `null`: "action is required", `{"action":"rpc"}`: "api is required",
		`{"action":"rpc","api":"X","args":[1]}`: "args must be an object", `{"action":"rpc","api":7}`: "Invalid JSON",
		`{"action":"subscribe","instruments":"ES"}`: "Invalid JSON: instruments cannot be string",
	} {
		if m := parse([]byte(frame), true); !strings.Contains(m.Bad, want) {
			t.Errorf("%s: %q, want %q", frame, m.Bad, want)
		}
	}
	if m := parse([]byte(`{"action":"ping"}`), false); m.Bad == "" {
		t.Error("a binary frame was understood")
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{
		`{"action":"rpc","id":"q","api":"GetOrder","args":{"limitPrice":25080.10}}`, `{"action":"streamPnl","enabled":true,"interval":1000}`,
		`{"action":"rpc","api":"X","args":null}`, `{"action":"subscribe","instruments":[null]}`, `{`, "\xff", `{"action":"rpc","api":"X","args":{"a":1e999}}`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		m := parse(data, true)
		if m.Bad == "" && (m.Action == "" || m.Args == nil || m.Action == "rpc" && m.API == "") {
			t.Errorf("%q: %+v", data, m)
		}
	})
}
