/// What happens in an engine, as events of their own types: [io.dataprism.event.EventBus] delivers them.
@NullMarked
package io.dataprism.event;

import org.jspecify.annotations.NullMarked;
