/* Shared by the files about controllers: at work (controller.c), added (add.c), pulled (pull.c) */
#ifndef KORCH_ENGINE_CONTROLLER_H
#define KORCH_ENGINE_CONTROLLER_H

#include "engine/engine.h"

/* As if everything that is there had just come; for a controller that is new. */
void korch__controller_see_everything(korch_controller *controller);
/* Takes the right to handle one request; 0 when the rate does not allow it now. */
int korch__controller_take_token(korch_controller *controller);
/* When there is a right to take; 0: now. */
korch_usec korch__controller_token_due(const korch_controller *controller);
/* Pull form: somebody wants to be told when there are requests. */
int korch__pull_is_wanted(const korch_controller *controller);

#endif
