package fakebridge

import (
	"errors"
	"io"
	"net"
	"net/http"
	"strconv"
	"time"

	"tollgate/engine"
	"tollgate/sim/fakebridge/broker"
)

// control registers the control API.
func (s *Server) control(handle func(string, http.HandlerFunc)) {
	for pattern, h := range map[string]func(*http.Request) (any, error){ // map order: a mux has none
		"GET /control/status":  func(*http.Request) (any, error) { return s.Status(), nil },
		"GET /control/ledger":  func(*http.Request) (any, error) { return s.Ledger(), nil },
		"GET /control/quirks":  func(*http.Request) (any, error) { return quirkTable(), nil },
		"GET /control/faults":  func(*http.Request) (any, error) { return faultTable(), nil },
		"POST /control/pause":  func(*http.Request) (any, error) { s.Pause(); return s.Status(), nil },
		"POST /control/resume": func(*http.Request) (any, error) { s.Resume(); return s.Status(), nil },
		"POST /control/step":   s.controlStep,
		"POST /control/speed":  s.controlSpeed,
		"POST /control/fault":  s.controlFault,
		"POST /control/manual": s.controlManual,
	} {
		handle(pattern, func(w http.ResponseWriter, r *http.Request) {
			if !trusted(r) {
				writeJSON(w, http.StatusForbidden, errorText("the control API answers only programs on this machine"))
				return
			}
			body, err := h(r)
			if err != nil {
				writeJSON(w, http.StatusBadRequest, errorText(err.Error()))
				return
			}
			writeJSON(w, http.StatusOK, body)
		})
	}
}

// trusted reports whether a request comes from this machine and not out of a web
// page. An address that is none, as that of an in-memory connection, is this machine.
func trusted(r *http.Request) bool {
	if r.Header.Get("Origin") != "" {
		return false
	}
	ip := net.ParseIP(host(r))
	return ip == nil || ip.IsLoopback()
}

func (s *Server) controlStep(r *http.Request) (any, error) {
	q := r.URL.Query()
	var err error
	switch {
	case q.Has("to"):
		var t time.Time
		if t, err = time.Parse(time.RFC3339, q.Get("to")); err == nil {
			_, err = s.StepTo(engine.TimeOf(t))
		}
	case q.Has("by"):
		var d time.Duration
		if d, err = time.ParseDuration(q.Get("by")); err == nil {
			_, err = s.StepTo(s.MarketTime().Add(d))
		}
	default:
		n := 1
		if q.Has("n") {
			n, err = strconv.Atoi(q.Get("n"))
		}
		if err == nil {
			_, err = s.Step(n)
		}
	}
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	return s.Status(), nil
}

func (s *Server) controlSpeed(r *http.Request) (any, error) {
	x, err := strconv.ParseFloat(r.URL.Query().Get("x"), 64)
	if err != nil {
		return nil, errors.New("x must be a number: /control/speed?x=10")
	}
	if err := s.SetSpeed(x); err != nil {
		return nil, err
	}
	return s.Status(), nil
}

func (s *Server) controlFault(r *http.Request) (any, error) {
	list := r.URL.Query()["f"]
	if len(list) == 0 {
		return nil, errors.New("name a fault: /control/fault?f=NAME[=VALUE][@WHEN]")
	}
	for _, f := range list {
		if err := s.Fault(f); err != nil {
			return nil, err
		}
	}
	return map[string]any{"faults": list}, nil
}

// rawJSON is text that is JSON already.
type rawJSON []byte

// MarshalJSON implements the interface of encoding/json.
func (r rawJSON) MarshalJSON() ([]byte, error) { return r, nil }

func (s *Server) controlManual(r *http.Request) (any, error) {
	data, err := io.ReadAll(http.MaxBytesReader(nil, r.Body, MaxFrame))
	if err != nil {
		return nil, err
	}
	call, err := parseArgs(data)
	if err != nil {
		return nil, err
	}
	api, _ := call["api"].(string)
	args, _ := call["args"].(map[string]any)
	if api == "" {
		return nil, errors.New(`the body must be {"api":"PlaceOrder","args":{...}}`)
	}
	return rawJSON(s.Manual(api, args)), nil
}

// row is a line of the tables of quirks and faults.
type row struct {
	Name    string   `json:"name"`
	Usage   string   `json:"usage"`
	Source  string   `json:"source,omitempty"`
	Values  []string `json:"values,omitempty"`
	Summary string   `json:"summary"`
}

func quirkTable() []row {
	var rows []row
	for _, q := range broker.Catalogue() {
		rows = append(rows, row{q.Name, q.Usage(), q.Source, q.Values, q.Summary})
	}
	return rows
}

func faultTable() []row {
	var rows []row
	for _, f := range broker.Faults() {
		rows = append(rows, row{Name: f.Name, Usage: f.Usage(), Summary: f.Summary})
	}
	return rows
}
