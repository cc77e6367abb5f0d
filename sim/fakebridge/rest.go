package fakebridge

import (
	"cmp"
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strings"

	"tollgate/sim/fakebridge/broker"
)

// endpoint is a REST route of a function.
type endpoint struct {
	method, path, api string
}

const restRoot = "/v1/api"

var endpoints = []endpoint{
	{"GET", "/accounts", "ListAccounts"},
	{"GET", "/accounts/snapshot", "GetAccountSummary"},
	{"GET", "/accounts/{account}", "GetAccount"},
	{"GET", "/accounts/{account}/positions", "ListPositions"},
	{"GET", "/accounts/{account}/position", "GetPosition"},
	{"GET", "/positions", "GetAllPositions"},
	{"POST", "/accounts/{account}/positions/close", "ClosePosition"},
	{"POST", "/accounts/{account}/positions/flatten", "Flatten"},
	{"POST", "/positions/flatten", "FlattenEverything"},
	{"POST", "/accounts/{account}/positions/reverse", "Reverse"},
	{"POST", "/accounts/{account}/positions/reverseposition", "ReversePosition"},
	{"GET", "/orders", "GetAllOrders"},
	{"POST", "/orders/cancelall", "CancelAllOrders"},
	{"GET", "/accounts/{account}/orders", "ListOrders"},
	{"POST", "/accounts/{account}/orders/place", "PlaceOrder"},
	{"POST", "/accounts/{account}/orders/flatplace", "FlatPlace"},
	{"POST", "/accounts/{account}/orders/cancel", "CancelOrders"},
	{"POST", "/accounts/{account}/orders/cancel_and_bracket", "CancelAndBracket"},
	{"GET", "/accounts/{account}/orders/{orderId}", "GetOrder"},
	{"GET", "/accounts/{account}/orders/{orderId}/status", "GetOrderStatus"},
	{"GET", "/accounts/{account}/orders/{orderId}/lifecycle", "GetOrderLifecycle"},
	{"GET", "/accounts/{account}/orders/{orderId}/executions", "GetExecutionsByOrderId"},
	{"POST", "/accounts/{account}/orders/{orderId}/cancel", "Cancel"},
	{"PUT", "/accounts/{account}/orders/{orderId}/change", "Change"},
	{"POST", "/accounts/{account}/orders/{orderId}/replace", "CancelReplace"},
	{"GET", "/accounts/{account}/executions", "ListExecutions"},
	{"GET", "/accounts/{account}/executions/{executionId}", "GetExecution"},
	{"GET", "/accounts/{account}/strategies", "ListStrategies"},
	{"GET", "/accounts/{account}/strategies/{strategyId}", "GetStrategy"},
	{"POST", "/accounts/{account}/strategies/{strategyId}/close", "CloseStrategy"},
	{"GET", "/accounts/{account}/watermarks", "GetWatermarks"},
	{"GET", "/accounts/{account}/quote", "GetQuote"},
	{"GET", "/market/quote", "GetQuote"},
	{"POST", "/market/bars", "GetBars"},
	{"GET", "/market/info", "MarketInfo"},
	{"GET", "/connections", "GetConnections"},
}

// routes is everything the server answers.
func (s *Server) routes() *http.ServeMux {
	mux := http.NewServeMux()
	handle := func(pattern string, h http.HandlerFunc) {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
			if !s.enter() {
				wireOf(r).cut() // to return would be to answer
				return
			}
			defer s.wg.Done()
			h(w, r)
		})
	}
	handle("/ws/stream", s.stream)
	for _, e := range endpoints {
		handle(e.method+" "+restRoot+e.path, func(w http.ResponseWriter, r *http.Request) { s.rest(w, r, e) })
	}
	handle(restRoot+"/_endpoints", listEndpoints)
	handle(restRoot+"/", noEndpoint)
	s.control(handle)
	return mux
}

// rest makes a call over REST.
func (s *Server) rest(w http.ResponseWriter, r *http.Request, e endpoint) {
	args, err := restArgs(r, e.path)
	if err != nil {
		writeJSON(w, http.StatusBadRequest, errorText("Invalid request"))
		return
	}
	answer := make(chan broker.Out, 1)
	var id broker.ConnID
	s.do(func(now broker.Now) (out []broker.Out) {
		id, out = s.broker.Request(now, bearer(r), e.api, args)
		s.waiting[id] = answer
		return out
	})
	select {
	case o := <-answer:
		writeJSON(w, o.Status, json.RawMessage(o.Data))
	case <-r.Context().Done():
	case <-s.done:
		wireOf(r).cut() // to return would be to answer
	}
	s.mu.Lock()
	delete(s.waiting, id)
	s.mu.Unlock()
}

// restArgs merges path, query and body; the path goes before the body, the body
// before the query.
func restArgs(r *http.Request, path string) (broker.Args, error) {
	args := broker.Args{}
	for k, v := range r.URL.Query() {
		args[k] = v[0]
	}
	body, err := io.ReadAll(http.MaxBytesReader(nil, r.Body, MaxFrame))
	if err != nil {
		return nil, err
	}
	more, err := parseArgs(body)
	if err != nil {
		return nil, err
	}
	for k, v := range more {
		args[k] = v
	}
	for part := range strings.SplitSeq(path, "/") {
		if name, ok := strings.CutPrefix(part, "{"); ok {
			name = strings.TrimSuffix(name, "}")
			args[name] = r.PathValue(name)
		}
	}
	return args, nil
}

func listEndpoints(w http.ResponseWriter, _ *http.Request) {
	list := make([]string, 0, len(endpoints))
	for _, e := range endpoints {
		list = append(list, e.method+" "+restRoot+e.path)
	}
	writeJSON(w, http.StatusOK, map[string]any{"endpoints": list, "success": true})
}

// noEndpoint answers a wrong path with the routes that look most like it.
func noEndpoint(w http.ResponseWriter, r *http.Request) {
	list := slices.Clone(endpoints)
	words := strings.Split(strings.TrimPrefix(r.URL.Path, restRoot), "/")
	likeness := func(e endpoint) int {
		n := 0
		for part := range strings.SplitSeq(e.path, "/") {
			if part != "" && slices.Contains(words, part) {
				n++
			}
		}
		return n
	}
	slices.SortStableFunc(list, func(a, b endpoint) int { return cmp.Compare(likeness(b), likeness(a)) })
	var meant []string
	for _, e := range list[:3] {
		meant = append(meant, e.method+" "+restRoot+e.path)
	}
	writeJSON(w, http.StatusNotFound, map[string]any{"success": false, "error": "Endpoint not found", "did_you_mean": meant})
}

// errorText is the body of an error.
func errorText(text string) any { return map[string]string{"error": text} }

func writeJSON(w http.ResponseWriter, status int, body any) {
	data, err := json.Marshal(body)
	if err != nil {
		status, data = http.StatusInternalServerError, []byte(`{"error":"reply cannot be written"}`)
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(append(data, '\n'))
}
