package configs

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// A credential is refused wherever it stands and never repeated.
func TestCredentialsAreRefused(t *testing.T) {
	tree := (&reporter{}).parse([]byte(published))
	var paths []string
	var walk func(n *node)
	walk = func(n *node) {
		if n.kind == dict {
			paths = append(paths, n.path)
		}
		for _, f := range n.fields {
			walk(f.value)
		}
		for _, i := range n.items {
			walk(i)
		}
	}
	walk(tree)
	const secret = "hunter2"
	for _, key := range []string{"token", "Token", "API_KEY", "api-key", "secret", "password", "access_token", "Authorization", "key"} {
		for _, path := range paths {
			text := fmt.Sprintf("%s: %s\n", key, secret)
			for _, part := range slices.Backward(strings.FieldsFunc(path, func(r rune) bool { return r == '.' || r == '[' || r == ']' })) {
				if part == "0" {
					text = "- " + strings.ReplaceAll(strings.TrimSuffix(text, "\n"), "\n", "\n  ") + "\n"
					continue
				}
				text = part + ":\n  " + strings.ReplaceAll(strings.TrimSuffix(text, "\n"), "\n", "\n  ") + "\n"
			}
			_, err := Decode("x", []byte(text))
			if err == nil || !strings.Contains(err.Error(), "credentials do not belong in this file") || strings.Contains(err.Error(), secret) {
				t.Errorf("%s\n%v", text, err)
			}
		}
	}
}

// The example decodes, and names every key the decoder knows.
func TestExample(t *testing.T) {
	if _, err := Decode("example.yaml", Example()); err != nil {
		t.Fatal(err)
	}
	text := string(Example())
	for _, key := range allowedKeys(t, text) {
		if !strings.Contains(text, key+":") {
			t.Errorf("the example does not show %s", key)
		}
	}
}

// allowedKeys collects what each object of a file allows, by giving each a key it
// does not know.
func allowedKeys(t *testing.T, text string) []string {
	d := newDecoder("x")
	d.config = Default()
	d.sessions = builtinSessions()
	root := d.parse([]byte(text))
	var spoil func(n *node)
	spoil = func(n *node) {
		for _, f := range n.fields {
			spoil(f.value)
		}
		for _, i := range n.items {
			spoil(i)
		}
		if n.kind == dict {
			n.fields = append(n.fields, field{key: "zzzzzz", value: &node{path: n.path}})
		}
	}
	spoil(root)
	d.decode(root, nil)
	var keys []string
	for _, p := range d.problems {
		if _, allowed, ok := strings.Cut(p.Text, "allowed here: "); ok {
			keys = append(keys, strings.Split(allowed, ", ")...)
		}
	}
	if len(keys) < 50 {
		t.Fatalf("only %d keys found: %q", len(keys), keys)
	}
	return keys
}
