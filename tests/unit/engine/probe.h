/* A controller for tests: writes down what it is asked, and does what its function says. */
#ifndef KORCH_TESTS_ENGINE_PROBE_H
#define KORCH_TESTS_ENGINE_PROBE_H

#include "fixture.h"

typedef struct probe {
	fixture *at;
	char log[4096]; /* names of requests, each with a blank behind it */
	int n;
	korch_usec times[64]; /* of the requests */
	uint32_t attempts[64];
	int (*act)(struct probe *self, const korch_view *view, const korch_request *request,
	           korch_plan *plan);
	korch_controller_spec spec; /* may be filled before probe_add() */
	korch_controller *controller;
	korch_usec until; /* for act */
	int destroyed;
} probe;

void probe_add(probe *self, fixture *at, const korch_kind *kind);
/* The object of a request. */
const korch_object *probe_object(const korch_view *view, const korch_request *request);

#endif
