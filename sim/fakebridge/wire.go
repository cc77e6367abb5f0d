package fakebridge

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"

	"tollgate/sim/fakebridge/broker"
)

// frame is a client's message as it is written.
type frame struct {
	Action      string          `json:"action"`
	API         string          `json:"api"`
	ID          string          `json:"id"`
	Args        json.RawMessage `json:"args"`
	Instruments []string        `json:"instruments"`
	Enabled     bool            `json:"enabled"`
	Interval    int64           `json:"interval"`
}

// parse takes a frame apart. What cannot be read is told in Bad; it never panics.
func parse(data []byte, text bool) broker.Message {
	m := broker.Message{Size: len(data)}
	var f frame
	switch err := json.Unmarshal(data, &f); {
	case !text:
		m.Bad = "Only text frames are understood"
		return m
	case err != nil:
		m.Bad = "Invalid JSON: " + jsonText(err)
		return m
	case f.Action == "":
		m.Bad = "action is required"
		return m
	}
	m.Action, m.API, m.ID = f.Action, f.API, f.ID
	m.Instruments, m.Enabled, m.Interval = f.Instruments, f.Enabled, f.Interval
	args, err := parseArgs(f.Args)
	if err != nil {
		m.Bad = "args must be an object"
		return m
	}
	m.Args = args
	if m.Action == "rpc" && m.API == "" {
		m.Bad = "api is required"
	}
	return m
}

// jsonText is an error of encoding/json without the types of this program.
func jsonText(err error) string {
	var wrong *json.UnmarshalTypeError
	switch {
	case !errors.As(err, &wrong):
		return err.Error()
	case wrong.Field == "":
		return "a message must be an object, not " + wrong.Value
	}
	return wrong.Field + " cannot be " + wrong.Value
}

// parseArgs reads an object whose numbers keep their text.
func parseArgs(data []byte) (broker.Args, error) {
	args := broker.Args{}
	if len(bytes.TrimSpace(data)) == 0 {
		return args, nil
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	if err := d.Decode(&args); err != nil {
		return nil, err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("more than one value")
	}
	if args == nil {
		args = broker.Args{}
	}
	return args, nil
}
