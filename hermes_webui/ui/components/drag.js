// Rows of the list on their way to a project.

const KIND = 'application/x-hermes-sessions';

export function dragStarted(event, ids, title) {
  event.dataTransfer.effectAllowed = 'copyMove';
  event.dataTransfer.setData(KIND, JSON.stringify(ids));
  event.dataTransfer.setData('text/plain', title);
}

export const isDragged = (event) => event.dataTransfer.types.includes(KIND);

export const draggedIds = (event) => JSON.parse(event.dataTransfer.getData(KIND) || '[]');
