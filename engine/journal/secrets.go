package journal

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
)

// MinSecret is the least length of a secret, in bytes.
const MinSecret = 8

// spellings are the secrets as given, and as they appear in JSON and in a URL.
func spellings(secrets [][]byte) [][]byte {
	var all [][]byte
	add := func(b []byte) {
		if !slices.ContainsFunc(all, func(a []byte) bool { return bytes.Equal(a, b) }) {
			all = append(all, b)
		}
	}
	for _, s := range secrets {
		add(bytes.Clone(s))
		if quoted, err := json.Marshal(string(s)); err == nil {
			add(quoted[1 : len(quoted)-1])
		}
		add([]byte(url.QueryEscape(string(s))))
		add([]byte(url.PathEscape(string(s))))
	}
	return all
}

// guard refuses a payload that holds a secret. Its error says which, not what.
func guard(secrets [][]byte, kind byte, payload []byte) error {
	for _, s := range secrets {
		if bytes.Contains(payload, s) {
			return fmt.Errorf("%w: a record of kind %d, %d bytes; it was not written", ErrSecret, kind, len(payload))
		}
	}
	return nil
}
