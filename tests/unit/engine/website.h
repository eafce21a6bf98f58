/* An operator for a kind of its own, as anybody would write one. */
#ifndef KORCH_TESTS_ENGINE_WEBSITE_H
#define KORCH_TESTS_ENGINE_WEBSITE_H

#include <korch/api.h>
#include <korch/engine.h>

int website_add(korch_engine *engine, const korch_kind *kind);

#endif
