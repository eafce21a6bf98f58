/* Reading of Prometheus' answers. */
#ifndef KORCH_METRIC_PROMETHEUS_H
#define KORCH_METRIC_PROMETHEUS_H

#include "metric/http_source.h"

void korch__prometheus_read(korch__metric_request *request, const korch__http_answer *answer);

#endif
