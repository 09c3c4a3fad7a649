// The parts of the workspace for the components that draw them.

import { createContext } from 'preact';
import { useContext } from 'preact/hooks';

export const CabinetContext = createContext(null);
export const useCabinet = () => useContext(CabinetContext);
